using System.Net;
using System.Net.Http.Headers;
using System.Text;
using McpProxy.LoadBench;
using McpProxy.LoadBench.Subjects;

namespace McpProxy.ProfileRecorder.Recording;

/// <summary>What comes without a session of its own, or asks for an answer that is no stream: scripts, operators, newer clients.</summary>
internal sealed class PlainClient(int port, int calls)
{
    private const string SessionHeader = "Mcp-Session-Id";

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var handler = new SocketsHttpHandler { UseProxy = false };
        using var http = new HttpClient(handler) { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
        await ExpectAsync(http.GetAsync("/status", cancellationToken), HttpStatusCode.OK);
        await ExpectAsync(http.GetAsync("/health", cancellationToken), HttpStatusCode.OK);
        using var discover = Post(Calls.Discover, session: null, "text/event-stream");
        discover.Headers.Add("MCP-Protocol-Version", "2026-07-28");
        discover.Headers.Add("Mcp-Method", "server/discover");
        await ExpectAsync(http.SendAsync(discover, cancellationToken), HttpStatusCode.BadRequest);
        await CallAsync(http, cancellationToken);
    }

    private async Task CallAsync(HttpClient http, CancellationToken cancellationToken)
    {
        using var initialize = Post(Messages.Initialize, session: null);
        using var response = await http.SendAsync(initialize, cancellationToken);
        var session = response.Headers.TryGetValues(SessionHeader, out var ids)
            ? ids.Single()
            : throw new BenchException($"initialize was answered with {(int)response.StatusCode}, without a session.");
        for (var i = 1; i <= calls; i++)
        {
            using var call = Post(Messages.Echo(i), session);
            await ExpectAsync(http.SendAsync(call, cancellationToken), HttpStatusCode.OK);
        }

        using var delete = new HttpRequestMessage(HttpMethod.Delete, RunningGateway.McpTarget) { Headers = { { SessionHeader, session } } };
        await ExpectAsync(http.SendAsync(delete, cancellationToken), HttpStatusCode.OK, HttpStatusCode.NoContent, HttpStatusCode.Accepted);
    }

    private static HttpRequestMessage Post(string message, string? session, params IReadOnlyList<string> alsoAccepted)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, RunningGateway.McpTarget)
        {
            Content = new StringContent(message, Encoding.UTF8, new MediaTypeHeaderValue("application/json")),
        };
        request.Headers.TryAddWithoutValidation("Accept", string.Join(", ", ["application/json", .. alsoAccepted]));
        if (session is not null)
        {
            request.Headers.Add(SessionHeader, session);
        }

        return request;
    }

    private static async Task ExpectAsync(Task<HttpResponseMessage> sending, params IReadOnlyList<HttpStatusCode> expected)
    {
        using var response = await sending;
        if (!expected.Contains(response.StatusCode))
        {
            var request = response.RequestMessage;
            throw new BenchException($"{request?.Method} {request?.RequestUri} was answered with {(int)response.StatusCode}.");
        }
    }
}
