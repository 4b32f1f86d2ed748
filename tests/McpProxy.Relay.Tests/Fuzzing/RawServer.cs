using System.IO.Compression;
using System.Net;
using System.Net.Sockets;
using System.Text;
using McpProxy.Relay.Tests.Remote;

namespace McpProxy.Relay.Tests.Fuzzing;

/// <summary>A server on a port of its own that answers HTTP requests with any bytes: good responses, broken ones, and none.</summary>
internal sealed class RawServer : IAsyncDisposable
{
    private static readonly string[] Heads =
    [
        "Content-Type: text/event-stream", "Content-Type: application/json", "Content-Type: ", "Content-Type: é", "Content-Encoding: gzip", "Content-Encoding: br", "Content-Encoding: deflate", "Content-Encoding: x",
        "Mcp-Session-Id: s", "Mcp-Session-Id: \u0001", "Location: /mcp", "Location: http://[", "Connection: close", "NoColon", ": x", "X: \0", "Content-Length: -1", "Content-Length: 99999999999999999999", "Set-Cookie: ;;",
        "Transfer-Encoding: gzip", "WWW-Authenticate: ", "Retry-After: x",
    ];

    private static readonly string[] Statuses = ["200 OK", "200 OK", "200 OK", "200", "202 Accepted", "204 No Content", "100 Continue", "101 Switching Protocols", "307 Temporary Redirect", "404 Not Found", "500 é", "999 X", "0 X", "abc"];

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly JsonGenerator _generator;
    private readonly Lock _gate = new();
    private readonly Task _accepting;

    public RawServer(JsonGenerator generator)
    {
        _generator = generator;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public Uri Endpoint => new($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/mcp");

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _accepting;
        _listener.Stop(); // Not before: it throws for whoever has just come back to accept.
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        List<Task> serving = [];
        try
        {
            while (true)
            {
                serving.Add(ServeAsync(await _listener.AcceptTcpClientAsync(_stop.Token)));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException)
        {
            await Task.WhenAll(serving);
        }
    }

    /// <summary>Answers one request, and closes the connection.</summary>
    private async Task ServeAsync(TcpClient client)
    {
        using var owned = client;
        try
        {
            var stream = client.GetStream();
            var buffer = new byte[16 * 1024];
            var read = await stream.ReadAsync(buffer, _stop.Token);
            byte[] response;
            lock (_gate)
            {
                response = Response(Encoding.UTF8.GetString(buffer, 0, read));
            }

            await stream.WriteAsync(response, _stop.Token);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            // The client has seen enough.
        }
    }

    private byte[] Response(string request)
    {
        if (_generator.Next(15) == 0)
        {
            return [];
        }

        var at = request.IndexOf("\"id\":", StringComparison.Ordinal);
        var id = at < 0 ? "0" : new string([.. request[(at + 5)..].TakeWhile(char.IsAsciiDigit)]);
        var body = _generator.Next(3) == 0
            ? Encoding.UTF8.GetBytes(RemoteFixture.Result(id.Length > 0 ? id : "0"))
            : new SseGenerator(_generator).Body(RemoteFixture.Result(id.Length > 0 ? id : "0"), """{"jsonrpc":"2.0","method":"n"}""");
        List<string> head = [$"HTTP/1.{_generator.Next(3)} {_generator.Pick(Statuses)}", .. Enumerable.Range(0, 1 + _generator.Next(4)).Select(_ => _generator.Pick(Heads))];
        if (_generator.Next(4) == 0)
        {
            body = Compress(body);
            head.Add("Content-Encoding: gzip");
        }

        head.Add(_generator.Next(3) switch { 0 => $"Content-Length: {body.Length + (_generator.Next(6) == 0 ? 5 : 0)}", 1 => "Transfer-Encoding: chunked", _ => "X: y" });
        byte[] framed = head[^1].StartsWith('T') ? [.. Encoding.ASCII.GetBytes($"{body.Length:x}\r\n"), .. body, .. "\r\n0\r\n\r\n"u8] : body;
        List<byte> response = [.. Encoding.UTF8.GetBytes(string.Join("\r\n", head) + "\r\n\r\n"), .. framed];
        for (var changes = _generator.Next(4) == 0 ? 2 : 0; changes > 0; changes--)
        {
            response[_generator.Next(response.Count)] = (byte)_generator.Next(256);
        }

        return _generator.Next(8) == 0 ? [.. response.Take(_generator.Next(response.Count))] : [.. response];
    }

    private byte[] Compress(byte[] body)
    {
        using var compressed = new MemoryStream();
        using (var gzip = new GZipStream(compressed, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write(body);
        }

        var bytes = compressed.ToArray();
        if (bytes.Length > 0 && _generator.Next(2) == 0)
        {
            bytes[_generator.Next(bytes.Length)] ^= 0x55;
        }

        return bytes;
    }
}
