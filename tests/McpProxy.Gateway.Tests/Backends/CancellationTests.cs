using McpProxy.Gateway.Backends;
using McpProxy.Gateway.Errors;
using McpProxy.Gateway.Tests.Cost;
using McpProxy.Gateway.Tests.Harness;
using McpProxy.Relay.Messages;
using McpProxy.Relay.Telemetry;
using McpProxy.Relay.Transports;

namespace McpProxy.Gateway.Tests.Backends;

/// <summary>A request that is cancelled at the moment in which its connection ends, and gives it back to be sent on the next one.</summary>
public sealed class CancellationTests : GatewayTest
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task CancelAsync_ConnectionHasJustGivenTheRequestBack_EndsIt()
    {
        var host = await StartAsync(FaultServer.Shared());
        var ended = new LineTransport(Stream.Null, Stream.Null, host.Pool, 1000);
        await ended.DisposeAsync();
        var connection = new Connection(ended, new NoOwner(), isShared: true, new Party(Attributes.Pipe), host.Pool, TimeProvider.System);
        using var request = host.Pool.Parse(Rpc.Call("echo", id: "7"));
        var exchange = new BufferedExchange(null, request);
        Assert.False(await connection.TrySendRequestAsync(request, exchange, Token));
        exchange.Connection = connection; // As who cancels it saw it, a moment ago.

        await host.Backend.Shared().CancelAsync(host.Pool.Parse(Rpc.Cancelled("7")), exchange, Token);

        Assert.True(exchange.IsCompleted);
        using var answer = await exchange.WaitAsync(Token);
        Assert.True(answer!.Envelope.IsError);
    }

    [Fact]
    public async Task TrySendRequestAsync_ExchangeHasEnded_SendsNothing()
    {
        var pool = new MessagePool();
        using var output = new MemoryStream();
        await using (var transport = new LineTransport(Stream.Null, output, pool, 1000))
        {
            var connection = new Connection(transport, new NoOwner(), isShared: true, new Party(Attributes.Pipe), pool, TimeProvider.System);
            var request = pool.Parse(Rpc.Call("echo", id: "7"));
            var exchange = new BufferedExchange(null, request);
            _ = exchange.DiscardAsync();
            await exchange.FailAsync(ProxyFault.Cancelled, pool);

            Assert.True(await connection.TrySendRequestAsync(request, exchange, Token));

            Assert.Equal(0, connection.InFlight);
        }

        Assert.Empty(output.ToArray());
        await Wait.UntilAsync(() => pool.Outstanding == 0, "the answer was let go");
    }
}
