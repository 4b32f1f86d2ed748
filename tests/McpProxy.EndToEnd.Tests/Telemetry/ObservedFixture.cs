using McpProxy.EndToEnd.Tests.Harness;

namespace McpProxy.EndToEnd.Tests.Telemetry;

/// <summary>A gateway for all tests of a class: each session has a server of its own, so that no request is rewritten but for its context.</summary>
public sealed class ObservedFixture : IAsyncLifetime
{
    internal ObservedGateway Observed { get; private set; } = null!;

    /// <summary>The sample server.</summary>
    internal Uri Sample => Observed.Gateway.Mcp;

    /// <summary>The server that tells what it has read.</summary>
    internal Uri Fault => Observed.Gateway.Named("fault", "mcp");

    public async ValueTask InitializeAsync() => Observed = await ObservedGateway.StartAsync(
        Backends.Sample,
        TestContext.Current.CancellationToken,
        "--sharing", "dedicated", "--named-server", "fault", Backends.CommandString(Backends.Fault()));

    public async ValueTask DisposeAsync()
    {
        if (Observed is not null)
        {
            await Observed.DisposeAsync();
        }
    }
}
