using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using McpProxy.EndToEnd.Tests.Harness;

namespace McpProxy.EndToEnd.Tests.Wire;

/// <summary>Streamable HTTP by hand: every header, body and stream is the test's own choice.</summary>
internal sealed class StreamableHttpWire : IDisposable
{
    public const string BothTypes = "application/json, text/event-stream";

    private readonly HttpClient _http = new(new SocketsHttpHandler
    {
        UseProxy = false,
        UseCookies = false,
        MaxConnectionsPerServer = int.MaxValue,
    })
    {
        Timeout = Timeout.InfiniteTimeSpan,
    };

    public StreamableHttpWire(Uri endpoint) => Endpoint = endpoint;

    public Uri Endpoint { get; }

    public string? SessionId { get; set; }

    public string? ProtocolVersion { get; set; }

    /// <summary>Opens a session: <c>initialize</c>, then <c>notifications/initialized</c>.</summary>
    public static async Task<StreamableHttpWire> ConnectAsync(
        Uri endpoint, CancellationToken cancellationToken, string protocolVersion = "2025-11-25", string capabilities = "{}")
    {
        var wire = new StreamableHttpWire(endpoint);
        await wire.InitializeAsync(cancellationToken, protocolVersion, capabilities);
        return wire;
    }

    public async Task<JsonNode> InitializeAsync(
        CancellationToken cancellationToken, string protocolVersion = "2025-11-25", string capabilities = "{}")
    {
        using var response = await SendAsync(HttpMethod.Post, Rpc.Initialize("init", protocolVersion, capabilities), cancellationToken);
        SessionId = response.Headers.TryGetValues("Mcp-Session-Id", out var ids) ? ids.Single() : null;
        var answer = await MessageOfAsync(response, Rpc.ResponseTo("init"), cancellationToken);
        ProtocolVersion = (string?)answer["result"]?["protocolVersion"];
        Assert.Equal(HttpStatusCode.Accepted, (await PostAsync(Rpc.Initialized, cancellationToken)).Status);
        return answer;
    }

    /// <summary>Posts, and reads the whole body.</summary>
    public async Task<Answer> PostAsync(
        string body, CancellationToken cancellationToken, string? accept = BothTypes, Action<HttpRequestMessage>? adjust = null)
    {
        using var response = await SendAsync(HttpMethod.Post, body, cancellationToken, accept, adjust);
        return await Answer.ReadAsync(response, cancellationToken);
    }

    /// <summary>Posts a request and returns its response, whichever way it comes.</summary>
    public async Task<JsonNode> RequestAsync(object id, string method, CancellationToken cancellationToken, string? parameters = null)
    {
        using var response = await SendAsync(HttpMethod.Post, Rpc.Request(id, method, parameters), cancellationToken);
        return await MessageOfAsync(response, Rpc.ResponseTo(id), cancellationToken);
    }

    /// <summary>Calls a tool and returns the response.</summary>
    public async Task<JsonNode> CallAsync(object id, string tool, object arguments, CancellationToken cancellationToken)
    {
        using var response = await SendAsync(HttpMethod.Post, Rpc.Call(id, tool, arguments), cancellationToken);
        return await MessageOfAsync(response, Rpc.ResponseTo(id), cancellationToken);
    }

    /// <summary>Posts, and leaves the stream of the answer open for the test to read.</summary>
    public async Task<EventStream> PostForStreamAsync(
        string body, CancellationToken cancellationToken, Action<HttpRequestMessage>? adjust = null)
    {
        var response = await SendAsync(HttpMethod.Post, body, cancellationToken, adjust: adjust);
        return await OpenedAsync(response, cancellationToken);
    }

    /// <summary>Opens the stream for what the server sends on its own, or resumes one.</summary>
    public async Task<EventStream> GetStreamAsync(CancellationToken cancellationToken, string? lastEventId = null)
    {
        var response = await SendAsync(HttpMethod.Get, body: null, cancellationToken, "text/event-stream", request =>
        {
            if (lastEventId is not null)
            {
                request.Headers.Add("Last-Event-ID", lastEventId);
            }
        });
        return await OpenedAsync(response, cancellationToken);
    }

    public async Task<Answer> GetAsync(CancellationToken cancellationToken, string? accept = "text/event-stream")
    {
        using var response = await SendAsync(HttpMethod.Get, body: null, cancellationToken, accept);
        return await Answer.ReadAsync(response, cancellationToken);
    }

    public async Task<Answer> DeleteAsync(CancellationToken cancellationToken)
    {
        using var response = await SendAsync(HttpMethod.Delete, body: null, cancellationToken, accept: null);
        return await Answer.ReadAsync(response, cancellationToken);
    }

    public async Task<HttpResponseMessage> SendAsync(
        HttpMethod method,
        string? body,
        CancellationToken cancellationToken,
        string? accept = BothTypes,
        Action<HttpRequestMessage>? adjust = null)
    {
        using var request = new HttpRequestMessage(method, Endpoint);
        if (body is not null)
        {
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        }

        Add(request, "Accept", accept);
        Add(request, "Mcp-Session-Id", SessionId);
        Add(request, "MCP-Protocol-Version", ProtocolVersion);
        adjust?.Invoke(request);

        using var deadline = Wait.Deadline(cancellationToken);
        return await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, deadline.Token);
    }

    /// <summary>Reads every message of an answer: one, those of a stream, or those of a batch.</summary>
    public static async Task<IReadOnlyList<JsonNode>> ReadMessagesAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        if (response.Content.Headers.ContentType?.MediaType == "text/event-stream")
        {
            using var stream = new EventStream(response, await response.Content.ReadAsStreamAsync(cancellationToken));
            var events = await stream.ReadAllMessagesAsync(cancellationToken);
            // 2025-03-26: "These responses MAY be batched": an event holds one message or an array of them.
            return [.. events.SelectMany(Flatten)];
        }

        return [.. Flatten((await Answer.ReadAsync(response, cancellationToken)).Json)];
    }

    public void Dispose() => _http.Dispose();

    private static IEnumerable<JsonNode> Flatten(JsonNode message) => message is JsonArray batch ? batch.OfType<JsonNode>() : [message];

    private static void Add(HttpRequestMessage request, string name, string? value)
    {
        if (value is not null)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }
    }

    private static async Task<JsonNode> MessageOfAsync(
        HttpResponseMessage response, Func<JsonNode, bool> matches, CancellationToken cancellationToken)
    {
        if (response.Content.Headers.ContentType?.MediaType != "text/event-stream")
        {
            var answer = await Answer.ReadAsync(response, cancellationToken);
            Assert.True(response.IsSuccessStatusCode, $"{answer.Status}: {answer.Body}");
            return answer.Json;
        }

        using var stream = new EventStream(response, await response.Content.ReadAsStreamAsync(cancellationToken));
        return await stream.ReadMessageAsync(matches, cancellationToken);
    }

    private static async Task<EventStream> OpenedAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        if (response.Content.Headers.ContentType?.MediaType != "text/event-stream")
        {
            using (response)
            {
                var answer = await Answer.ReadAsync(response, cancellationToken);
                throw new InvalidDataException($"No stream but {answer.Status} {answer.MediaType}: {answer.Body}");
            }
        }

        return new EventStream(response, await response.Content.ReadAsStreamAsync(cancellationToken));
    }
}
