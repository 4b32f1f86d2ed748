using System.Net;
using System.Net.Sockets;
using System.Text;

namespace McpProxy.EndToEnd.Tests.Harness;

/// <summary>
/// Writes the same bytes to a connection again and again, as fast as they are taken, and reads all that comes back, until it is disposed.
/// A connection that is closed is replaced by a new one.
/// </summary>
internal sealed class FloodingClient : IAsyncDisposable
{
    /// <summary>More than the buffers between the two of them hold: somebody has read of it.</summary>
    private const long Much = 32 * 1024 * 1024;

    /// <summary>Answers to many requests.</summary>
    private const long Many = 256 * 1024;

    private readonly CancellationTokenSource _ending = new();
    private readonly IPEndPoint _server;
    private readonly byte[] _head;
    private readonly byte[] _again;
    private readonly Task _run;
    private long _written;
    private long _read;

    /// <summary>Begins.</summary>
    /// <param name="root">The server.</param>
    /// <param name="head">What each connection begins with.</param>
    /// <param name="again">What follows it, any number of times.</param>
    public FloodingClient(Uri root, string head, string again)
    {
        _server = new IPEndPoint(IPAddress.Loopback, root.Port);
        _head = Encoding.ASCII.GetBytes(head);
        _again = Encoding.ASCII.GetBytes(again);
        _run = Task.Run(RunAsync, CancellationToken.None);
    }

    /// <summary>Waits until much more was taken, or many requests more were answered.</summary>
    public Task GoesOnAsync(CancellationToken cancellationToken)
    {
        var (written, read) = (Interlocked.Read(ref _written) + Much, Interlocked.Read(ref _read) + Many);
        return Wait.UntilAsync(
            () => Interlocked.Read(ref _written) >= written || Interlocked.Read(ref _read) >= read,
            () => $"{_written} bytes were written, {_read} were read",
            cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        await _run;
        _ending.Dispose();
    }

    private async Task RunAsync()
    {
        while (!_ending.IsCancellationRequested)
        {
            using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
            try
            {
                await socket.ConnectAsync(_server, _ending.Token);
                await await Task.WhenAny(WriteAsync(socket), ReadAsync(socket));
            }
            catch (Exception e) when (e is SocketException or OperationCanceledException)
            {
                // The server may close a connection on which it gets nonsense.
            }
        }
    }

    private async Task WriteAsync(Socket socket)
    {
        await SendAsync(socket, _head);
        while (true)
        {
            await SendAsync(socket, _again);
        }
    }

    private async Task SendAsync(Socket socket, ReadOnlyMemory<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            var written = await socket.SendAsync(bytes, _ending.Token);
            Interlocked.Add(ref _written, written);
            bytes = bytes[written..];
        }
    }

    private async Task ReadAsync(Socket socket)
    {
        var buffer = new byte[256 * 1024];
        while (await socket.ReceiveAsync(buffer, _ending.Token) is > 0 and var read)
        {
            Interlocked.Add(ref _read, read); // Only a client that reads is answered on and on.
        }
    }
}
