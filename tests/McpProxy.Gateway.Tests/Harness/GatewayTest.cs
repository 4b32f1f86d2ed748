using McpProxy.Gateway.Configuration;

namespace McpProxy.Gateway.Tests.Harness;

/// <summary>A test that starts gateways. When it is over they are stopped, and none of them may leave a session, a message or a process.</summary>
public abstract class GatewayTest : IAsyncDisposable
{
    private readonly List<GatewayHost> _hosts = [];

    public async ValueTask DisposeAsync()
    {
        foreach (var host in _hosts)
        {
            await host.DisposeAsync();
        }

        GC.SuppressFinalize(this);
    }

    /// <summary>Starts a gateway with one backend, the default one.</summary>
    private protected Task<GatewayHost> StartAsync(BackendOptions backend, Action<GatewayOptions>? configure = null, ManualClock? clock = null) =>
        StartAsync(new Dictionary<string, BackendOptions>(StringComparer.Ordinal) { [GatewayOptions.DefaultBackend] = backend }, configure, clock);

    /// <summary>Starts a gateway with these backends.</summary>
    private protected async Task<GatewayHost> StartAsync(
        IReadOnlyDictionary<string, BackendOptions> backends, Action<GatewayOptions>? configure = null, ManualClock? clock = null)
    {
        var host = await GatewayHost.StartAsync(backends, configure, clock);
        _hosts.Add(host);
        return host;
    }
}
