using System.Net.Sockets;
using McpProxy.Relay.Transports;

namespace McpProxy.Relay.Remote;

/// <summary>A connection whose reads and writes go on on threads of the pool; see <see cref="SocketThreads"/>.</summary>
/// <param name="socket">The socket, which is disposed with it.</param>
internal sealed class PoolNetworkStream(Socket socket) : NetworkStream(socket, ownsSocket: true)
{
    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var read = await base.ReadAsync(buffer, cancellationToken);
        await PoolThread.SwitchAsync();
        return read;
    }

    /// <inheritdoc/>
    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        await base.WriteAsync(buffer, cancellationToken);
        await PoolThread.SwitchAsync();
    }
}
