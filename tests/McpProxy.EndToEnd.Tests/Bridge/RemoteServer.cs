using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace McpProxy.EndToEnd.Tests.Bridge;

/// <summary>
/// A small MCP server over Streamable HTTP that keeps a record of every request and misbehaves when it is told to: sessions are
/// required, <c>tools/call</c> is counted, everything else gets an empty result.
/// </summary>
internal sealed class RemoteServer : IAsyncDisposable
{
    private const string Initialized =
        """{"protocolVersion":"2025-06-18","capabilities":{"tools":{},"logging":{},"resources":{"subscribe":true}},"serverInfo":{"name":"remote","version":"1"}}""";

    private readonly WebApplication _app;
    private readonly ConcurrentDictionary<string, bool> _sessions = new(StringComparer.Ordinal);
    private int _executions;

    private RemoteServer(WebApplication app) => _app = app;

    /// <summary>Every request, in the order in which they came.</summary>
    public ConcurrentQueue<RemoteRequest> Requests { get; } = new();

    /// <summary>How many tools were called.</summary>
    public int Executions => _executions;

    /// <summary>Answers a request in place of the server; false leaves it to the server.</summary>
    public Func<HttpContext, RemoteRequest, Task<bool>>? Script { get; set; }

    /// <summary>Where it listens.</summary>
    public Uri Root => new(_app.Urls.First());

    public Uri Mcp => new(Root, "/mcp");

    public static async Task<RemoteServer> StartAsync(CancellationToken cancellationToken, int port = 0, X509Certificate2? certificate = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Listen(IPAddress.Loopback, port, listen =>
            {
                listen.Protocols = certificate is null ? HttpProtocols.Http1 : HttpProtocols.Http1AndHttp2;
                if (certificate is not null)
                {
                    listen.UseHttps(certificate);
                }
            });
        });
        var app = builder.Build();
        var server = new RemoteServer(app);
        app.Run(server.HandleAsync);
        await app.StartAsync(cancellationToken);
        return server;
    }

    /// <summary>Knows no session any more, as after a restart.</summary>
    public void ForgetSessions() => _sessions.Clear();

    /// <summary>The requests with a JSON-RPC method.</summary>
    public IReadOnlyList<RemoteRequest> Of(string rpc) => [.. Requests.Where(request => request.Rpc == rpc)];

    public static Task JsonAsync(HttpContext context, string body, int status = 200)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        return context.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(body), context.RequestAborted).AsTask();
    }

    /// <summary>Sends a part of an event stream, and begins one.</summary>
    public static async Task EventsAsync(HttpContext context, string events)
    {
        if (!context.Response.HasStarted)
        {
            context.Response.ContentType = "text/event-stream";
        }

        await context.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(events), context.RequestAborted);
        await context.Response.Body.FlushAsync(context.RequestAborted);
    }

    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource(TimeSpan.Zero);
        await _app.StopAsync(now.Token);
        await _app.DisposeAsync();
    }

    private async Task HandleAsync(HttpContext context)
    {
        var request = await ReadAsync(context);
        Requests.Enqueue(request);
        if (Script is { } script && await script(context, request))
        {
            return;
        }

        switch (request.Method)
        {
            case "POST":
                await AnswerAsync(context, request);
                break;
            case "DELETE":
                _sessions.TryRemove(request.Header("Mcp-Session-Id") ?? "", out _);
                break;
            default:
                context.Response.StatusCode = 405;
                break;
        }
    }

    private static async Task<RemoteRequest> ReadAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body, Encoding.UTF8);
        return new RemoteRequest(
            context.Request.Method,
            context.Request.Path + context.Request.QueryString,
            context.Request.Headers.ToDictionary(header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase),
            await reader.ReadToEndAsync(context.RequestAborted));
    }

    private async Task AnswerAsync(HttpContext context, RemoteRequest request)
    {
        if (request.Rpc == "initialize")
        {
            var session = Guid.NewGuid().ToString("N");
            _sessions[session] = true;
            context.Response.Headers["Mcp-Session-Id"] = session;
            await JsonAsync(context, $"{{\"jsonrpc\":\"2.0\",\"id\":{request.Id},\"result\":{Initialized}}}");
        }
        else if (!_sessions.ContainsKey(request.Header("Mcp-Session-Id") ?? ""))
        {
            await JsonAsync(context, """{"jsonrpc":"2.0","id":null,"error":{"code":-32001,"message":"Session not found"}}""", 404);
        }
        else if (request.Id == "null" || request.Rpc is null)
        {
            context.Response.StatusCode = 202;
        }
        else
        {
            _ = request.Rpc == "tools/call" ? Interlocked.Increment(ref _executions) : 0;
            await JsonAsync(context, $"{{\"jsonrpc\":\"2.0\",\"id\":{request.Id},\"result\":{{}}}}");
        }
    }
}
