using System.Collections.Concurrent;

namespace McpProxy.EndToEnd.Tests.Harness;

/// <summary>One gateway for each server that a test class asks for, started on first use.</summary>
public sealed class GatewaysFixture : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, Lazy<Task<McpProxyProcess>>> _gateways = new(StringComparer.Ordinal);

    internal Task<McpProxyProcess> For(string server, CancellationToken cancellationToken, params string[] options) =>
        _gateways.GetOrAdd(
            $"{server} {string.Join(' ', options)}",
            _ => new(() => McpProxyProcess.ServeAsync(Backends.Named(server), cancellationToken, options))).Value;

    /// <summary>A gateway whose server is another gateway's, by its URL.</summary>
    internal async Task<McpProxyProcess> ForRemote(string server, string path, CancellationToken cancellationToken)
    {
        var near = await For(server, cancellationToken);
        return await _gateways.GetOrAdd(
            $"{server} at {path}",
            _ => new(() => McpProxyProcess.StartAsync(
                ["--port", "0"], cancellationToken, start => start.Environment["McpProxy__Backends__default__Url"] = new Uri(near.Root, path).AbsoluteUri))).Value;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var gateway in _gateways.Values)
        {
            try
            {
                await (await gateway.Value).DisposeAsync();
            }
            catch (InvalidOperationException)
            {
                // It never started: the test that asked for it has said so.
            }
        }
    }
}
