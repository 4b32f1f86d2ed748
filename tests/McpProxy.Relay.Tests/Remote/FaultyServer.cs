using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;

namespace McpProxy.Relay.Tests.Remote;

/// <summary>A server that does what a server should not, as the numbers that it draws say.</summary>
internal sealed class FaultyServer(Func<int, int> next) : HttpMessageHandler
{
    private const string Progress = """{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":1,"progress":1}}""";

    private static readonly HttpStatusCode[] Statuses =
    [
        HttpStatusCode.NoContent, HttpStatusCode.Accepted, HttpStatusCode.Found, HttpStatusCode.BadRequest, HttpStatusCode.Unauthorized, HttpStatusCode.Forbidden,
        HttpStatusCode.NotFound, HttpStatusCode.MethodNotAllowed, HttpStatusCode.Conflict, HttpStatusCode.TooManyRequests, HttpStatusCode.InternalServerError,
    ];

    private readonly ConcurrentQueue<string> _unanswered = new();
    private ServerStream? _own;

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        await Task.Yield();
        var seen = await ServerRequest.ReadAsync(request, cancellationToken);
        return seen.Method switch
        {
            "GET" when next(4) > 0 => Get(seen["Last-Event-ID"] is not null),
            "POST" => await PostAsync(seen, cancellationToken),
            _ => Status(),
        };
    }

    private HttpResponseMessage Get(bool isResumption)
    {
        var stream = new ServerStream().Write("event: endpoint\ndata: /messages\n\n");
        if (isResumption && _unanswered.TryDequeue(out var id))
        {
            return stream.Event(RemoteFixture.Result(id)).End().Response;
        }

        Volatile.Write(ref _own, stream);
        return stream.Response;
    }

    private async Task<HttpResponseMessage> PostAsync(ServerRequest request, CancellationToken cancellationToken)
    {
        using var json = JsonDocument.Parse(request.Bytes);
        if (!json.RootElement.TryGetProperty("id", out var found))
        {
            return next(5) == 0 ? Status() : ScriptedServer.Status(HttpStatusCode.Accepted);
        }

        var id = found.GetRawText();
        if (request.Posts("initialize") && next(4) > 0)
        {
            var response = ScriptedServer.Json(RemoteFixture.Result(id));
            response.Headers.Add("Mcp-Session-Id", "s");
            return request.Uri.AbsolutePath == "/messages" ? OnOwnStream(id) : response;
        }

        return request.Uri.AbsolutePath == "/messages" && next(8) > 0 ? OnOwnStream(id) : await AnswerAsync(id, cancellationToken);
    }

    private HttpResponseMessage OnOwnStream(string id)
    {
        var stream = Volatile.Read(ref _own)!;
        lock (stream)
        {
            _ = next(60) switch
            {
                0 => stream.End(new IOException()),
                1 => stream.Event("junk"),
                2 => stream.Event($$$"""{"id":{{{id}}},"result":{}}"""),
                3 => stream.Event(RemoteFixture.Result(id)).Event(RemoteFixture.Result(id)),
                4 => stream, // No answer.
                _ => stream.Event(Progress).Event(RemoteFixture.Result(id)),
            };
        }

        return ScriptedServer.Status(HttpStatusCode.Accepted);
    }

    private async Task<HttpResponseMessage> AnswerAsync(string id, CancellationToken cancellationToken)
    {
        var (result, stream) = (RemoteFixture.Result(id), new ServerStream());
        switch (next(50))
        {
            case 0:
                throw new HttpRequestException(HttpRequestError.ConnectionError);
            case 1:
                throw new IOException();
            case 2:
                throw new InvalidOperationException("A defect of a handler.");
            case 3 or 4:
                return Status();
            case 5:
                return ScriptedServer.Status(HttpStatusCode.NotFound);
            case 6:
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
                return Status();
            case 7:
                return ScriptedServer.Json("junk");
            case 8:
                return ScriptedServer.Json(RemoteFixture.Result("-5"));
            case 9:
                return ScriptedServer.Json($"[{result},{Progress},{result}]");
            case 10:
                return ScriptedServer.Json("""{"jsonrpc":"2.0","id":null,"error":{"code":1,"message":"m"}}""", HttpStatusCode.BadRequest);
            case 11:
                return stream.End(new IOException()).Response;
            case 12:
                return stream.Event(result).Response; // Never ends.
            case 13:
                return stream.Event($$$"""{"id":{{{id}}},"result":{}}""").Response;
            case 14:
                return stream.Event(new string(' ', 100_000) + result).Response;
            case < 20:
                _unanswered.Enqueue(id);
                return stream.Event(Progress, "7").End(next(2) == 0 ? null : new IOException()).Response;
            case < 30:
                return stream.Event(Progress).Event(result).Event(result).Event(Progress).End().Response;
            default:
                return ScriptedServer.Json(result);
        }
    }

    private HttpResponseMessage Status() => ScriptedServer.Status(Statuses[next(Statuses.Length)]);
}
