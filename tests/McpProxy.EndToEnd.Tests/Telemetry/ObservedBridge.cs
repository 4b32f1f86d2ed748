using McpProxy.EndToEnd.Tests.Bridge;
using McpProxy.EndToEnd.Tests.Telemetry.Otlp;
using McpProxy.EndToEnd.Tests.Wire;

namespace McpProxy.EndToEnd.Tests.Telemetry;

/// <summary>A bridge that has shaken hands with a server that keeps a record, and exports to a receiver of its own.</summary>
internal sealed class ObservedBridge(OtlpReceiver receiver, RemoteServer server, StdioWire bridge, string service) : IAsyncDisposable
{
    public OtlpReceiver Receiver => receiver;

    public RemoteServer Server => server;

    public StdioWire Bridge => bridge;

    public static Task<ObservedBridge> StartAsync(string service, CancellationToken cancellationToken) =>
        StartAsync(service, OtlpVariables.For, cancellationToken);

    /// <summary>Starts it in an environment that an endpoint and a name make.</summary>
    public static async Task<ObservedBridge> StartAsync(
        string service, Func<string, string, IReadOnlyDictionary<string, string?>> variables, CancellationToken cancellationToken)
    {
        var receiver = await OtlpReceiver.StartAsync(cancellationToken);
        var server = await RemoteServer.StartAsync(cancellationToken);
        var bridge = BridgeHost.Start(
            [server.Mcp.AbsoluteUri], [.. variables(receiver.Endpoint, service).Select(variable => (variable.Key, variable.Value!))]);
        var observed = new ObservedBridge(receiver, server, bridge, service);
        try
        {
            await bridge.RequestAsync(Rpc.Initialize("init", "2025-06-18"), "init", cancellationToken);
            await bridge.SendAsync(Rpc.Initialized, cancellationToken);
            return observed;
        }
        catch
        {
            await observed.DisposeAsync();
            throw;
        }
    }

    /// <summary>The bridge's two spans in a trace.</summary>
    public async Task<OtlpSpan[]> SpansAsync(TraceContext context, CancellationToken cancellationToken) =>
    [
        await receiver.ServerSpanAsync(service, context.TraceId, cancellationToken),
        await receiver.ClientSpanAsync(service, context.TraceId, cancellationToken),
    ];

    public async ValueTask DisposeAsync()
    {
        await bridge.DisposeAsync();
        await server.DisposeAsync();
        await receiver.DisposeAsync();
    }
}
