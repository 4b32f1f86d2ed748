using System.Collections.Concurrent;
using System.Net;
using System.Text;

namespace McpProxy.Relay.Tests.Remote;

/// <summary>A remote server in this process. The answer to a request is what the newest rule that fits says; else 500.</summary>
internal sealed class ScriptedServer : HttpMessageHandler
{
    private readonly ConcurrentStack<(Func<ServerRequest, bool> Fits, Func<ServerRequest, CancellationToken, Task<HttpResponseMessage>> Answer)> _rules = new();
    private readonly ConcurrentQueue<ServerRequest> _requests = new();

    public IReadOnlyList<ServerRequest> Requests => [.. _requests];

    public ScriptedServer On(Func<ServerRequest, bool> fits, Func<ServerRequest, CancellationToken, Task<HttpResponseMessage>> answer)
    {
        _rules.Push((fits, answer));
        return this;
    }

    public ScriptedServer On(Func<ServerRequest, bool> fits, Func<HttpResponseMessage> answer) => On(fits, (_, _) => Task.FromResult(answer()));

    public ScriptedServer OnPost(string text, Func<HttpResponseMessage> answer) => On(request => request.Posts(text), answer);

    public ScriptedServer OnPost(string text, ServerStream stream) => OnPost(text, () => stream.Response);

    public ScriptedServer OnGet(Func<HttpResponseMessage> answer) => On(request => request.Method == "GET", answer);

    public ScriptedServer OnGet(params ServerStream[] streams)
    {
        var next = -1;
        return OnGet(() => streams[Interlocked.Increment(ref next)].Response);
    }

    /// <summary>Answers the handshake, everything that is no request, and DELETE; GET with 405.</summary>
    public ScriptedServer Initializes(string? session = "session-1", string revision = "2025-11-25")
    {
        On(request => request.Method == "POST", () => Status(HttpStatusCode.Accepted));
        On(request => request.Method == "DELETE", () => Status(HttpStatusCode.OK));
        OnGet(() => Status(HttpStatusCode.MethodNotAllowed));
        return OnPost("\"initialize\"", () =>
        {
            var response = Json("""{"jsonrpc":"2.0","id":0,"result":{"protocolVersion":"R","capabilities":{}}}""".Replace("R", revision, StringComparison.Ordinal));
            if (session is not null)
            {
                response.Headers.Add("Mcp-Session-Id", session);
            }

            return response;
        });
    }

    /// <summary>A call that is never answered; done when it came in.</summary>
    public Task Hangs(string text)
    {
        var came = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        On(request => request.Posts(text), async (_, cancellationToken) =>
        {
            came.TrySetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
            return Status(HttpStatusCode.OK);
        });
        return came.Task;
    }

    public Task WaitForAsync(Func<ServerRequest, bool> condition, CancellationToken cancellationToken, int count = 1) =>
        Eventually.TrueAsync(() => Requests.Count(condition) >= count, cancellationToken);

    public static HttpResponseMessage Status(HttpStatusCode status) => new(status);

    public static HttpResponseMessage Json(string json, HttpStatusCode status = HttpStatusCode.OK) =>
        new(status) { Content = new StringContent(json, Encoding.UTF8, "application/json") };

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        await Task.Yield();
        var seen = await ServerRequest.ReadAsync(request, cancellationToken);
        _requests.Enqueue(seen);
        var answer = _rules.FirstOrDefault(rule => rule.Fits(seen)).Answer;
        return answer is null ? Status(HttpStatusCode.InternalServerError) : await answer(seen, cancellationToken);
    }
}
