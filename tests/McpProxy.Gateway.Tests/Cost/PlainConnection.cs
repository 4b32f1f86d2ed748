using System.Buffers.Text;
using System.Net;
using System.Net.Sockets;
using System.Text;
using McpProxy.Gateway.Tests.Harness;

namespace McpProxy.Gateway.Tests.Cost;

/// <summary>One connection to a gateway, over which requests go as the bytes that they are.</summary>
internal sealed class PlainConnection : IDisposable
{
    private static readonly byte[] EndOfHead = [.. "\r\n\r\n"u8];
    private static readonly byte[] LastChunk = [.. "\r\n0\r\n\r\n"u8];

    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private byte[] _buffer = new byte[64 * 1024];

    private PlainConnection()
    {
    }

    private delegate bool Condition(ReadOnlySpan<byte> read);

    public static async Task<PlainConnection> OpenAsync(int port)
    {
        var connection = new PlainConnection();
        await connection._socket.ConnectAsync(IPAddress.Loopback, port, TestContext.Current.CancellationToken);
        return connection;
    }

    /// <summary>A request as bytes, to be sent any number of times.</summary>
    public static byte[] Request(string line, string headers, string? body = null) => Encoding.UTF8.GetBytes(
        $"{line} HTTP/1.1\r\nHost: 127.0.0.1\r\n{headers}"
        + (body is null ? "\r\n" : $"Content-Type: application/json\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\n\r\n{body}"));

    /// <summary>Sends a request, and waits for the whole response.</summary>
    /// <returns>How many bytes it had.</returns>
    public async Task<int> ExchangeAsync(byte[] request)
    {
        using var deadline = Wait.Deadline();
        await _socket.SendAsync(request, deadline.Token);
        return await ReadAsync(IsWhole, deadline.Token);
    }

    /// <summary>Sends a request, and waits for the whole response.</summary>
    public async Task<string> ExchangeTextAsync(byte[] request) => Encoding.UTF8.GetString(_buffer, 0, await ExchangeAsync(request));

    /// <summary>Waits for the rest of an event of a stream.</summary>
    /// <returns>What came: the event, in its chunks.</returns>
    public async Task<ReadOnlyMemory<byte>> ReadEventAsync()
    {
        using var deadline = Wait.Deadline();
        var length = await ReadAsync(static read => read.EndsWith("\n\n\r\n"u8), deadline.Token);
        return _buffer.AsMemory(0, length);
    }

    /// <summary>Sends a request whose response has no end, and waits for its first event.</summary>
    public async Task<string> OpenStreamAsync(byte[] request)
    {
        await _socket.SendAsync(request, TestContext.Current.CancellationToken);
        return Encoding.UTF8.GetString((await ReadEventAsync()).Span);
    }

    public void Dispose() => _socket.Dispose();

    private static bool IsWhole(ReadOnlySpan<byte> response)
    {
        var head = response.IndexOf(EndOfHead);
        if (head < 0)
        {
            return false;
        }

        var length = response[..head].IndexOf("Content-Length: "u8);
        return length >= 0 && Utf8Parser.TryParse(response[(length + 16)..], out int bytes, out _)
            ? response.Length == head + EndOfHead.Length + bytes
            : response.EndsWith(LastChunk);
    }

    private async Task<int> ReadAsync(Condition isEnough, CancellationToken cancellationToken)
    {
        var length = 0;
        do
        {
            if (length == _buffer.Length)
            {
                Array.Resize(ref _buffer, length * 2);
            }

            var read = await _socket.ReceiveAsync(_buffer.AsMemory(length), cancellationToken);
            Assert.NotEqual(0, read);
            length += read;
        }
        while (!isEnough(_buffer.AsSpan(0, length)));

        return length;
    }
}
