using System.Net;
using System.Net.Sockets;
using McpProxy.Gateway.Tests.Harness;

namespace McpProxy.Gateway.Tests.Fuzzing;

/// <summary>A connection on which a test writes any bytes.</summary>
internal sealed class RawConnection : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };

    public static async Task<RawConnection> OpenAsync(Uri address)
    {
        var connection = new RawConnection();
        await connection._socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, address.Port), TestContext.Current.CancellationToken);
        return connection;
    }

    /// <summary>Writes; a peer that has closed the connection may have its reasons.</summary>
    public async Task WriteAsync(ReadOnlyMemory<byte> bytes)
    {
        using var deadline = Wait.Deadline();
        try
        {
            await _socket.SendAsync(bytes, deadline.Token);
        }
        catch (SocketException)
        {
            // What it answered before is still to be read.
        }
    }

    /// <summary>Says that nothing more comes, and reads what the gateway still says.</summary>
    /// <returns>Everything that came, of which the first part is kept.</returns>
    public async Task<byte[]> FinishAsync()
    {
        using var deadline = Wait.Deadline();
        using var kept = new MemoryStream();
        var buffer = new byte[16 * 1024];
        try
        {
            _socket.Shutdown(SocketShutdown.Send);
            while (await _socket.ReceiveAsync(buffer, deadline.Token) is > 0 and var read)
            {
                kept.Write(buffer, 0, read);
            }
        }
        catch (SocketException)
        {
            // It was reset: the gateway had not read all of it.
        }

        return kept.ToArray();
    }

    /// <summary>Drops the connection as a crash does: with a reset.</summary>
    public void Reset() => _socket.Close(0);

    public void Dispose() => _socket.Dispose();
}
