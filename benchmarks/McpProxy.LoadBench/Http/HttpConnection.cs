using System.Net;
using System.Net.Sockets;

namespace McpProxy.LoadBench.Http;

/// <summary>A keep-alive connection to a subject.</summary>
/// <param name="port">Its port on 127.0.0.1.</param>
/// <param name="isBlocking">Whether the calling thread blocks in the system calls, which answers soonest, instead of waiting for an event.</param>
internal sealed class HttpConnection(int port, bool isBlocking) : IDisposable
{
    private const int BlockingTimeoutMilliseconds = 60_000;
    private Socket? _socket;

    /// <summary>The response that was read last.</summary>
    public ResponseParser Response { get; } = new();

    /// <summary>Connects, if it is not connected, or was closed by its peer for having been silent.</summary>
    public async ValueTask OpenAsync(CancellationToken cancellationToken)
    {
        if (_socket is { } open && !open.Poll(TimeSpan.Zero, SelectMode.SelectRead))
        {
            return;
        }

        _socket?.Dispose();
        _socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        var address = new IPEndPoint(IPAddress.Loopback, port);
        if (isBlocking)
        {
            (_socket.ReceiveTimeout, _socket.SendTimeout) = (BlockingTimeoutMilliseconds, BlockingTimeoutMilliseconds);
            _socket.Connect(address);
            return;
        }

        await _socket.ConnectAsync(address, cancellationToken);
    }

    /// <summary>Sends a request and reads its whole response.</summary>
    public async ValueTask<ResponseParser> ExchangeAsync(ReadOnlyMemory<byte> request, CancellationToken cancellationToken)
    {
        await SendAsync(request, cancellationToken);
        while (!Response.IsComplete)
        {
            await ReceiveAsync(cancellationToken);
        }

        return Response;
    }

    /// <summary>Sends a request, and forgets the response before.</summary>
    public async ValueTask SendAsync(ReadOnlyMemory<byte> request, CancellationToken cancellationToken)
    {
        Response.Reset();
        while (!request.IsEmpty)
        {
            var sent = isBlocking
                ? _socket!.Send(request.Span)
                : await _socket!.SendAsync(request, SocketFlags.None, cancellationToken);
            request = request[sent..];
        }
    }

    /// <summary>Reads what has come of the response.</summary>
    public async ValueTask ReceiveAsync(CancellationToken cancellationToken)
    {
        var free = Response.Free();
        var received = isBlocking
            ? _socket!.Receive(free.Span)
            : await _socket!.ReceiveAsync(free, SocketFlags.None, cancellationToken);
        Response.Advance(received > 0 ? received : throw new BenchException("The subject closed the connection."));
    }

    public void Dispose() => _socket?.Dispose();
}
