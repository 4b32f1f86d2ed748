using System.Net;
using System.Net.Sockets;
using McpProxy.Relay.Remote;

namespace McpProxy.Relay.Tests.Remote;

/// <summary>What waits for such a connection goes on on the pool, also when there was nothing to wait for.</summary>
public sealed class PoolNetworkStreamTests : IAsyncLifetime
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Socket _socket = new(SocketType.Stream, ProtocolType.Tcp);
    private Socket? _peer;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _listener.Start();
        await _socket.ConnectAsync((IPEndPoint)_listener.LocalEndpoint, Token);
        _peer = await _listener.AcceptSocketAsync(Token);
    }

    public ValueTask DisposeAsync()
    {
        _peer?.Dispose();
        _socket.Dispose();
        _listener.Dispose();
        return ValueTask.CompletedTask;
    }

    [Theory(Timeout = Eventually.Deadline)]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ReadAsync_BytesAreThere_GoesOnOnThePool(bool usesPool)
    {
        await using var stream = Open(usesPool);
        await _peer!.SendAsync("abc"u8.ToArray(), Token);
        await Eventually.TrueAsync(() => _socket.Available == 3, Token);
        var buffer = new byte[8];

        var (read, isOnPool) = await await OwnThread.RunAsync(async () => (await stream.ReadAsync(buffer, Token), Thread.CurrentThread.IsThreadPoolThread));

        Assert.Equal("abc"u8, buffer.AsSpan(0, read));
        Assert.Equal(usesPool, isOnPool);
    }

    [Theory(Timeout = Eventually.Deadline)]
    [InlineData(true)]
    [InlineData(false)]
    public async Task WriteAsync_ThereIsRoom_GoesOnOnThePool(bool usesPool)
    {
        await using var stream = Open(usesPool);
        var buffer = new byte[8];

        var isOnPool = await await OwnThread.RunAsync(async () =>
        {
            await stream.WriteAsync("abc"u8.ToArray(), Token);
            return Thread.CurrentThread.IsThreadPoolThread;
        });

        var read = await _peer!.ReceiveAsync(buffer, Token);
        Assert.Equal("abc"u8, buffer.AsSpan(0, read));
        Assert.Equal(usesPool, isOnPool);
    }

    /// <summary>The plain one shows that there is a difference to be seen.</summary>
    private NetworkStream Open(bool usesPool) => usesPool ? new PoolNetworkStream(_socket) : new NetworkStream(_socket, ownsSocket: true);
}
