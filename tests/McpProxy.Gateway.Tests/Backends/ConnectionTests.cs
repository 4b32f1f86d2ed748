using System.Text;
using McpProxy.Gateway.Backends;
using McpProxy.Gateway.Errors;
using McpProxy.Gateway.Tests.Harness;
using McpProxy.Relay.Messages;
using McpProxy.Relay.Telemetry;
using McpProxy.Relay.Transports;

namespace McpProxy.Gateway.Tests.Backends;

public sealed class ConnectionTests
{
    private const string Call = """{"jsonrpc":"2.0","id":"a","method":"tools/call","params":{"name":"t","_meta":{"progressToken":"p"}}}""";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task TrySendRequestAsync_TransportHasEnded_GivesTheRequestBackAsItWas()
    {
        var pool = new MessagePool();
        var transport = new LineTransport(Stream.Null, Stream.Null, pool, Call.Length);
        await transport.DisposeAsync();
        var connection = new Connection(transport, new Owner(), isShared: true, new Party(Attributes.Pipe, "t"), pool, TimeProvider.System);
        using var request = pool.Parse(Call);
        var exchange = new BufferedExchange(null, request);

        Assert.False(await connection.TrySendRequestAsync(request, exchange, Token));

        Assert.Equal(Call, Encoding.UTF8.GetString(request.ToArray()));
        Assert.Equal((false, 0, null), (exchange.IsCompleted, connection.InFlight, exchange.Connection));
    }

    [Fact]
    public async Task TrySendRequestAsync_ConnectionHasEnded_GivesTheRequestBack()
    {
        var pool = new MessagePool();
        await using var transport = new LineTransport(Stream.Null, Stream.Null, pool, Call.Length);
        var connection = new Connection(transport, new Owner(), isShared: false, new Party(Attributes.Pipe, "t"), pool, TimeProvider.System);
        using var request = pool.Parse(Call);
        var exchange = new BufferedExchange(null, request);
        Assert.False(connection.Ended.IsCompleted);

        await connection.FailAllAsync(ProxyFault.Exited);

        Assert.False(await connection.TrySendRequestAsync(request, exchange, Token));
        Assert.Equal((false, 0, true), (exchange.IsCompleted, connection.InFlight, connection.Ended.IsCompleted));
    }

    private sealed class Owner : IConnectionOwner
    {
        /// <inheritdoc/>
        public ValueTask OnMessageAsync(Connection connection, Message message) => throw new NotSupportedException();

        /// <inheritdoc/>
        public ValueTask<Message> OnTasksAsync(Exchange exchange, Message response) => throw new NotSupportedException();

        /// <inheritdoc/>
        public void OnUnanswered(Exchange exchange, ProxyFault fault) => throw new NotSupportedException();

        /// <inheritdoc/>
        public void OnFault(ScanFault fault) => throw new NotSupportedException();
    }
}
