using System.Text;
using McpProxy.Gateway.Backends;
using McpProxy.Gateway.Tests.Harness;
using McpProxy.Relay.Messages;
using McpProxy.Relay.Telemetry;

namespace McpProxy.Gateway.Tests.Cost;

/// <summary>
/// What it costs to share a connection: to register a request under an id of ours, and to bring its answer to who asked. Measured: 808 bytes, 584
/// when optimised, which is two messages and the exchange and nothing else.
/// </summary>
public sealed class ConnectionAllocationTests
{
    private const int Rounds = 5;
    private const int Runs = 1000;

    private static readonly byte[] Call = Encoding.UTF8.GetBytes(Rpc.Call("echo", "{}", "1234567", "1234567"));

    private readonly MessagePool _pool = new();

    [Fact]
    public async Task SendRequestAsync_AnsweredAtOnce_AllocatesTheMessagesAndTheExchange()
    {
        await using var transport = new EchoTransport(_pool);
        var connection = new Connection(transport, new NoOwner(), isShared: true, new Party(Attributes.Pipe), _pool, TimeProvider.System);

        // On a thread of the pool nothing intercepts what goes on after a wait.
        var bytes = await Task.Run(
            () =>
            {
                _ = connection.RunAsync(); // Discarded: it ends with the transport.
                return Enumerable.Range(0, Rounds + 1).Min(_ => Run(connection));
            },
            TestContext.Current.CancellationToken);

        Assert.Equal(0, _pool.Outstanding);
        Limits.Check(bytes / (double)Runs, debugLimit: 815, releaseLimit: 590, "bytes allocated a request");
    }

    private long Run(Connection connection)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < Runs; i++)
        {
            var request = MessageReader.Read(_pool, Call).Single!;
            var exchange = new SinkExchange(request);
            Send(connection.SendRequestAsync(request, exchange, CancellationToken.None));
            Assert.True(exchange.IsCompleted);
        }

        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    /// <summary>Sent at once: nothing ran on another thread.</summary>
    private static void Send(ValueTask send)
    {
        Assert.True(send.IsCompleted);
        send.GetAwaiter().GetResult();
    }
}
