using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace McpProxy.Samples.Everything.Subscriptions;

/// <summary>Answers <c>resources/subscribe</c>, <c>resources/unsubscribe</c>, and <c>subscriptions/listen</c> that replaced them.</summary>
internal static class SubscriptionHandlers
{
    public static IMcpServerBuilder WithSubscriptions(this IMcpServerBuilder builder) => builder
        .WithSubscribeToResourcesHandler((request, _) =>
        {
            Registry(request).Add(request.Params.Uri);
            return ValueTask.FromResult(new EmptyResult());
        })
        .WithUnsubscribeFromResourcesHandler((request, _) =>
        {
            Registry(request).Remove(request.Params.Uri);
            return ValueTask.FromResult(new EmptyResult());
        })
        .WithSubscriptionsListenHandler(ListenAsync);

    private static async ValueTask<EmptyResult> ListenAsync(
        RequestContext<SubscriptionsListenRequestParams> request, CancellationToken cancellationToken)
    {
        var stream = new ListenStream(request.Server, request.JsonRpcRequest.Id, request.Params.Notifications);
        var filter = JsonSerializer.SerializeToNode(stream.Filter, McpJsonUtilities.DefaultOptions);

        // The acknowledgement comes first: until it is sent, nobody can find the stream.
        await stream.SendAsync(
            NotificationMethods.SubscriptionsAcknowledgedNotification, new JsonObject { ["notifications"] = filter }, cancellationToken);
        var registry = Registry(request);
        registry.Add(stream);
        try
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
        }
        finally
        {
            registry.Remove(stream);
        }

        return new EmptyResult();
    }

    private static SubscriptionRegistry Registry(MessageContext request) =>
        request.Services!.GetRequiredService<SubscriptionRegistry>();
}
