using System.Text.Json.Nodes;
using McpProxy.EndToEnd.Tests.Harness;
using ModelContextProtocol.Protocol;

namespace McpProxy.EndToEnd.Tests.CSharpSdk;

/// <summary>Keeps the notifications that a client received. The SDK handles them concurrently, so their order means nothing.</summary>
internal sealed class NotificationInbox
{
    private static readonly string[] Methods =
    [
        NotificationMethods.ProgressNotification,
        NotificationMethods.LoggingMessageNotification,
        NotificationMethods.ResourceUpdatedNotification,
        NotificationMethods.ResourceListChangedNotification,
        NotificationMethods.ToolListChangedNotification,
        NotificationMethods.PromptListChangedNotification,
    ];

    private readonly Lock _lock = new();
    private readonly List<JsonRpcNotification> _received = [];

    public IEnumerable<KeyValuePair<string, Func<JsonRpcNotification, CancellationToken, ValueTask>>> Handlers =>
        Methods.Select(method => KeyValuePair.Create(method, (Func<JsonRpcNotification, CancellationToken, ValueTask>)Keep));

    public IReadOnlyList<JsonNode?> All(string method, Func<JsonNode?, bool>? matches = null)
    {
        lock (_lock)
        {
            return [.. _received.Where(n => n.Method == method && matches?.Invoke(n.Params) is not false).Select(n => n.Params)];
        }
    }

    public async Task<IReadOnlyList<JsonNode?>> UntilAsync(
        string method, int count, CancellationToken cancellationToken, Func<JsonNode?, bool>? matches = null)
    {
        await Wait.UntilAsync(
            () => All(method, matches).Count >= count,
            () => $"{count} of {method}; {All(method, matches).Count} came.",
            cancellationToken);
        return All(method, matches);
    }

    private ValueTask Keep(JsonRpcNotification notification, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            _received.Add(notification);
        }

        return ValueTask.CompletedTask;
    }
}
