using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Web;
using McpProxy.Bridge.Configuration;
using ModelContextProtocol.Authentication;

namespace McpProxy.Bridge.Authorization;

/// <summary>
/// Takes the browser back after a login, at a loopback address (RFC 8252, section 7.3). Reads one request line by itself: on Windows
/// HttpListener needs rights for 127.0.0.1, and a web server is much for one page.
/// </summary>
internal sealed class LoginListener : IDisposable
{
    private const int FirstPort = 49152;
    private const int LastPort = 65535;
    private const int MaxHeadBytes = 16 * 1024;
    private const int MaxWaiting = 16;
    private const string CallbackPath = "/callback";

    private static readonly TimeSpan ReadTimeout = TimeSpan.FromSeconds(10);

    private readonly TcpListener _listener;
    private readonly TimeProvider _time;
    private readonly TaskCompletionSource<AuthorizationResult> _result = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly SemaphoreSlim _room = new(MaxWaiting);

    private LoginListener(TcpListener listener, TimeProvider time)
    {
        (_listener, _time) = (listener, time);
        Address = new Uri($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}{CallbackPath}");
    }

    /// <summary>Where the browser is to come back to.</summary>
    public Uri Address { get; }

    /// <summary>Listens on the configured port; else on one that follows from the server's address, because an authorization server may remember it.</summary>
    public static LoginListener Start(BridgeOptions options, TimeProvider time)
    {
        var hash = BitConverter.ToUInt32(SHA256.HashData(Encoding.UTF8.GetBytes(options.Remote.Endpoint.AbsoluteUri)));
        int[] ports = options.CallbackPort > 0 ? [options.CallbackPort] : [FirstPort + (int)(hash % (LastPort - FirstPort + 1)), 0];
        foreach (var port in ports)
        {
            var listener = new TcpListener(IPAddress.Loopback, port);
            try
            {
                listener.Start();
                return new LoginListener(listener, time);
            }
            catch (SocketException)
            {
                listener.Dispose(); // Somebody else has it.
            }
        }

        throw new AuthorizationException($"A login cannot come back: port {options.CallbackPort} is in use. --callback-port names another one.");
    }

    /// <summary>Waits for the browser.</summary>
    /// <param name="authorization">Where the login began; its state has to come back.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<AuthorizationResult?> WaitAsync(Uri authorization, CancellationToken cancellationToken)
    {
        var state = HttpUtility.ParseQueryString(authorization.Query)["state"];
        // Discarded: it ends with the listener, and what it finds is in the result.
        _ = AcceptAsync(state, cancellationToken);
        return await _result.Task.WaitAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _listener.Dispose();
        _room.Dispose();
    }

    private async Task AcceptAsync(string? state, CancellationToken cancellationToken)
    {
        try
        {
            while (!_result.Task.IsCompleted)
            {
                await _room.WaitAsync(cancellationToken);
                // Discarded: browsers open connections that they do not use, and one must not hold up the other.
                _ = AnswerAsync(await _listener.AcceptTcpClientAsync(cancellationToken), state, cancellationToken);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // Nobody waits any more.
        }
    }

    private async Task AnswerAsync(TcpClient client, string? state, CancellationToken cancellationToken)
    {
        try
        {
            using var owned = client;
            using var timeout = new CancellationTokenSource(ReadTimeout, _time);
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
            var stream = client.GetStream();
            var query = Parse(await ReadHeadAsync(stream, patience.Token));
            var isOurs = query is not null && query["state"] == state;
            var error = isOurs ? query!["error"] : null;
            await stream.WriteAsync(Page(isOurs, error), patience.Token);
            if (isOurs)
            {
                Complete(query!, error);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or SocketException)
        {
            // The browser comes again, or the login is given up in time.
        }
        finally
        {
            _room.Release();
        }
    }

    private void Complete(System.Collections.Specialized.NameValueCollection query, string? error)
    {
        if (error is null)
        {
            _result.TrySetResult(new AuthorizationResult { Code = query["code"], State = query["state"], Iss = query["iss"] });
            return;
        }

        var description = query["error_description"] is { Length: > 0 } text ? $": {text.ReplaceLineEndings(" ")}" : "";
        _result.TrySetException(new AuthorizationException($"The login to the remote server was refused ({error}{description}). The next request asks again; --scope asks for other rights."));
    }

    private static async Task<string> ReadHeadAsync(Stream stream, CancellationToken cancellationToken)
    {
        var buffer = new byte[MaxHeadBytes];
        var length = 0;
        while (length < buffer.Length && buffer.AsSpan(0, length).IndexOf("\r\n\r\n"u8) < 0)
        {
            var read = await stream.ReadAsync(buffer.AsMemory(length), cancellationToken);
            if (read == 0)
            {
                break;
            }

            length += read;
        }

        return Encoding.ASCII.GetString(buffer, 0, length);
    }

    private static System.Collections.Specialized.NameValueCollection? Parse(string head) =>
        head.Split(' ') is ["GET", var target, ..] && target.StartsWith($"{CallbackPath}?", StringComparison.Ordinal)
            ? HttpUtility.ParseQueryString(target[CallbackPath.Length..])
            : null;

    private static byte[] Page(bool isOurs, string? error)
    {
        var (status, text) = (isOurs, error) switch
        {
            (false, _) => ("404 Not Found", "There is nothing here."),
            (_, null) => ("200 OK", "You are logged in. You can close this page."),
            _ => ("200 OK", $"The login was refused: {HttpUtility.HtmlEncode(error)}"),
        };
        var body = $"<!doctype html><meta charset=utf-8><title>mcp-proxy</title><p>{text}</p>";
        return Encoding.UTF8.GetBytes(
            $"HTTP/1.1 {status}\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\n" +
            $"Cache-Control: no-store\r\nReferrer-Policy: no-referrer\r\nConnection: close\r\n\r\n{body}");
    }
}
