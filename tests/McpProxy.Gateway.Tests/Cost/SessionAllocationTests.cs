using McpProxy.Gateway.Backends;
using McpProxy.Gateway.Configuration;
using McpProxy.Gateway.Sessions;
using McpProxy.Gateway.Tests.Harness;
using McpProxy.Relay.Messages;
using McpProxy.Relay.Processes;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace McpProxy.Gateway.Tests.Cost;

/// <summary>
/// What a session of Streamable HTTP holds from its beginning. Measured: 1,048 bytes. Only one of HTTP+SSE has to
/// keep its POSTs in order.
/// </summary>
public sealed class SessionAllocationTests
{
    private const int Rounds = 5;
    private const int Runs = 100;

    [Fact]
    public async Task Open_OverStreamableHttp_AllocatesNoMoreThanMeasured()
    {
        var options = new GatewayOptions();
        await using var guard = new ProcessGuard(TimeProvider.System, NullLogger.Instance);
        var pool = new MessagePool();
        await using var backend = new Backend(
            "any", FaultServer.Shared(), new BackendContext(options, pool, TimeProvider.System, new RemoteClient(), guard, NullLogger.Instance));
        var sessions = new SessionRegistry(Options.Create(options), pool, TimeProvider.System, NullLogger<SessionRegistry>.Instance);

        var bytes = Enumerable.Range(0, Rounds).Min(_ => Run(sessions, backend));

        Limits.Check(bytes / (double)Runs, debugLimit: 1_100, releaseLimit: 1_100, "bytes allocated a session");
    }

    private static long Run(SessionRegistry sessions, Backend backend)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < Runs; i++)
        {
            Assert.NotNull(sessions.Open(backend, keepsEvents: true).Session);
        }

        return GC.GetAllocatedBytesForCurrentThread() - before;
    }
}
