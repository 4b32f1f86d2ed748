using System.Threading.Channels;
using Microsoft.AspNetCore.Http;

namespace McpProxy.EndToEnd.Tests.Bridge;

/// <summary>The server's side of 2024-11-05: GET opens the stream, and each POST is answered on it.</summary>
internal sealed class SsePeer
{
    private const string Result = """{"protocolVersion":"2024-11-05","capabilities":{},"serverInfo":{"name":"s","version":"1"}}""";

    private readonly string _endpoint;
    private Channel<string?> _down = Channel.CreateBounded<string?>(100);
    private int _streams;
    private int _closed;

    public SsePeer(RemoteServer server, string endpoint)
    {
        _endpoint = endpoint.Replace("ABSOLUTE", server.Root.GetLeftPart(UriPartial.Authority), StringComparison.Ordinal);
        server.Script = async (context, request) =>
        {
            await (request.Method == "GET" ? StreamAsync(context) : PostAsync(context, request));
            return true;
        };
    }

    /// <summary>How many streams were opened.</summary>
    public int Streams => _streams;

    /// <summary>How many of them the client closed.</summary>
    public int Closed => _closed;

    /// <summary>A method that gets no answer.</summary>
    public string? Unanswered { get; init; }

    /// <summary>The result of a request; null for the usual one.</summary>
    public Func<RemoteRequest, string?>? ResultOf { get; init; }

    public ValueTask SendAsync(string events) => _down.Writer.WriteAsync(events, TestContext.Current.CancellationToken);

    public void Cut() => _down.Writer.TryWrite(null);

    private async Task StreamAsync(HttpContext context)
    {
        var down = Channel.CreateBounded<string?>(100);
        _down = down;
        Interlocked.Increment(ref _streams);
        await RemoteServer.EventsAsync(context, $"event: endpoint\ndata: {_endpoint}\n\n");
        try
        {
            while (await down.Reader.ReadAsync(context.RequestAborted) is { } events)
            {
                await RemoteServer.EventsAsync(context, events);
            }
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            Interlocked.Increment(ref _closed);
        }

        context.Abort();
    }

    private async Task PostAsync(HttpContext context, RemoteRequest request)
    {
        context.Response.StatusCode = 202;
        await context.Response.WriteAsync("Accepted", context.RequestAborted);
        if (request.Id != "null" && request.Rpc is not null && request.Rpc != Unanswered)
        {
            await SendAsync($"event: message\ndata: {{\"jsonrpc\":\"2.0\",\"id\":{request.RawId()},\"result\":{ResultOf?.Invoke(request) ?? Result}}}\n\n");
        }
    }
}
