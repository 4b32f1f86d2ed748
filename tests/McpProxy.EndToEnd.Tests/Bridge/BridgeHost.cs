using McpProxy.EndToEnd.Tests.Harness;
using McpProxy.EndToEnd.Tests.Wire;

namespace McpProxy.EndToEnd.Tests.Bridge;

/// <summary>Starts the bridge as a host does.</summary>
internal static class BridgeHost
{
    /// <summary>Starts it with these arguments, in an environment of these variables.</summary>
    public static StdioWire Start(IEnumerable<string> arguments, params (string Name, string Value)[] variables) => new([ArtifactPaths.McpProxy, .. arguments], start =>
    {
        foreach (var name in new[] { "SSE_URL", "API_ACCESS_TOKEN", "OTEL_EXPORTER_OTLP_ENDPOINT", "HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy", "NO_PROXY", "no_proxy" })
        {
            start.Environment.Remove(name);
        }

        foreach (var (name, value) in variables)
        {
            start.Environment[name] = value;
        }
    });

    /// <summary>Starts it and shakes hands.</summary>
    public static async Task<StdioWire> ConnectAsync(CancellationToken cancellationToken, params string[] arguments)
    {
        var bridge = Start(arguments);
        await bridge.RequestAsync(Rpc.Initialize("init", "2025-06-18"), "init", cancellationToken);
        await bridge.SendAsync(Rpc.Initialized, cancellationToken);
        return bridge;
    }
}
