using System.IO.Pipelines;
using System.Net;
using System.Text;
using McpProxy.Relay.Messages;
using McpProxy.Relay.Remote;
using McpProxy.Relay.Telemetry;
using McpProxy.Relay.Tests;
using McpProxy.Relay.Tests.Remote;
using McpProxy.Relay.Transports;

namespace McpProxy.Bridge.Tests;

/// <summary>A running bridge between a host, which is the test, and a scripted server, which opens sessions and can forget them.</summary>
internal sealed class BridgeFixture : IAsyncDisposable
{
    public const string Initialize = """{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-11-25"}}""";
    public const string Initialized = """{"jsonrpc":"2.0","method":"notifications/initialized"}""";

    private readonly Pipe _stdin = new();
    private readonly Pipe _stdout = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly HttpMessageInvoker _http;
    private readonly MessagePool _pool = new();
    private readonly LineTransport _host;
    private readonly StreamReader _lines;
    private int _session;
    private bool _isForgotten;

    public BridgeFixture(TimeSpan? shutdownTimeout = null, RemoteKind kind = RemoteKind.StreamableHttp)
    {
        Server.On(request => request.Method == "POST", (request, _) => Task.FromResult(Accept(request)));
        Server.On(request => request.Method == "DELETE", () => ScriptedServer.Status(HttpStatusCode.OK));
        Server.OnGet(() => ScriptedServer.Status(HttpStatusCode.MethodNotAllowed));
        _http = new HttpMessageInvoker(Server);
        _host = new LineTransport(_stdin.Reader.AsStream(), _stdout.Writer.AsStream(), _pool, 1024 * 1024);
        _lines = new StreamReader(_stdout.Reader.AsStream());
        var options = new RemoteOptions { Endpoint = new Uri("http://server.example/mcp"), Kind = kind };
        var logger = new StderrLogger(TextWriter.Synchronized(Log), Microsoft.Extensions.Logging.LogLevel.Debug, TimeProvider.System);
        Running = new HostRelay(_host, () => new RemoteTransport(options, _http, _pool, TimeProvider.System, logger),
            new HostOperations(Party.Remote(options.Endpoint)), shutdownTimeout ?? TimeSpan.FromMinutes(1), _pool, TimeProvider.System, logger).RunAsync(_stop.Token);
    }

    public ScriptedServer Server { get; } = new();

    public StringWriter Log { get; } = new();

    public Task<IOException?> Running { get; }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static string Request(string id, string method = "tools/list") => $$"""{"jsonrpc":"2.0","id":{{id}},"method":"{{method}}"}""";

    public static string Result(string id) => $$$"""{"jsonrpc":"2.0","id":{{{id}}},"result":{}}""";

    /// <summary>The server knows its sessions no more.</summary>
    public void Forget() => Volatile.Write(ref _isForgotten, true);

    public async Task WriteAsync(params string[] lines)
    {
        await _stdin.Writer.WriteAsync(Encoding.UTF8.GetBytes(string.Concat(lines.Select(line => line + "\n"))), Token);
    }

    public async Task<string?> ReadAsync() => await _lines.ReadLineAsync(Token);

    public async Task InitializeAsync()
    {
        await WriteAsync(Initialize);
        Assert.Equal(Result("0"), await ReadAsync());
        await WriteAsync(Initialized);
    }

    public Task CancelAsync() => _stop.CancelAsync();

    public ValueTask CloseStdoutAsync() => _stdout.Reader.CompleteAsync(new IOException("Broken pipe"));

    /// <summary>Closes stdin, and waits for the bridge to end: nothing may be left.</summary>
    /// <returns>What it still writes.</returns>
    public async Task<string> EndAsync()
    {
        await _stdin.Writer.CompleteAsync();
        var rest = await _lines.ReadToEndAsync(Token);
        await Running;
        await _host.DisposeAsync();
        await Eventually.TrueAsync(() => _pool.Outstanding == 0, Token);
        Assert.DoesNotContain("defect", Log.ToString(), StringComparison.Ordinal);
        return rest;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _stdin.Writer.CompleteAsync();
        await _host.DisposeAsync();
        _http.Dispose();
        _stop.Dispose();
    }

    private HttpResponseMessage Accept(ServerRequest request)
    {
        using var json = System.Text.Json.JsonDocument.Parse(request.Bytes);
        var id = json.RootElement.TryGetProperty("id", out var found) ? found.GetRawText() : null;
        if (request.Posts("\"initialize\""))
        {
            Volatile.Write(ref _isForgotten, false);
            var response = ScriptedServer.Json(Result(id!));
            response.Headers.Add("Mcp-Session-Id", $"session-{Interlocked.Increment(ref _session)}");
            return response;
        }

        return Volatile.Read(ref _isForgotten) || request["Mcp-Session-Id"] != $"session-{Volatile.Read(ref _session)}" ? ScriptedServer.Status(HttpStatusCode.NotFound)
            : id is null ? ScriptedServer.Status(HttpStatusCode.Accepted)
            : ScriptedServer.Json(Result(id));
    }
}
