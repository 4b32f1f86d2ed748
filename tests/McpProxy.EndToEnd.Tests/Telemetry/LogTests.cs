using McpProxy.EndToEnd.Tests.Harness;
using McpProxy.EndToEnd.Tests.Wire;

namespace McpProxy.EndToEnd.Tests.Telemetry;

/// <summary>The gateway's log records: whose they are.</summary>
public sealed class LogTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Stderr_OfAServer_NamesTheServer()
    {
        var command = Backends.CommandString(Backends.Fault("--flood-stderr", "2"));
        await using var observed = await ObservedGateway.StartAsync(Backends.Fault(), Token, "--named-server", "noisy", command);
        // Started for whoever comes first, if not before.
        using var wire = await StreamableHttpWire.ConnectAsync(observed.Gateway.Named("noisy", "mcp"), Token);

        var log = await observed.Receiver.LogAsync(log => log.Body.Contains("flood line 2 of 2", StringComparison.Ordinal), Token);

        Assert.Equal("noisy", log.Attributes["mcp_proxy.backend"] ?? log.Attributes["Backend"]);
        Assert.Equal(ObservedGateway.Service, log.Source.Service);
        Assert.Equal("", log.TraceId); // What a server prints belongs to no call that we could know.
    }
}
