using System.Text.Json.Nodes;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace McpProxy.Samples.Everything.Subscriptions;

/// <summary>One open <c>subscriptions/listen</c> request (revision 2026-07-28, basic/patterns/subscriptions).</summary>
/// <param name="Server">The server, bound to the request that opened the stream.</param>
/// <param name="Id">The id of the request, which is also the id of the subscription.</param>
/// <param name="Filter">What the client asked to be told.</param>
internal sealed record ListenStream(McpServer Server, RequestId Id, SubscriptionsListenNotifications Filter)
{
    /// <summary>Sends a notification that carries the id of this subscription, as every one on the stream must.</summary>
    public Task SendAsync(string method, JsonObject parameters, CancellationToken cancellationToken)
    {
        parameters["_meta"] = new JsonObject
        {
            [MetaKeys.SubscriptionId] = Id.Id is long number ? JsonValue.Create(number) : JsonValue.Create(Id.ToString()),
        };
        return Server.SendMessageAsync(new JsonRpcNotification { Method = method, Params = parameters }, cancellationToken);
    }
}
