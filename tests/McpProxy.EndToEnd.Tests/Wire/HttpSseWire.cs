using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;

namespace McpProxy.EndToEnd.Tests.Wire;

/// <summary>HTTP+SSE of 2024-11-05 by hand.</summary>
internal sealed class HttpSseWire : IDisposable
{
    private readonly HttpClient _http;

    private HttpSseWire(HttpClient http, EventStream stream, string endpointData)
    {
        _http = http;
        Stream = stream;
        EndpointData = endpointData;
    }

    public EventStream Stream { get; }

    /// <summary>The data of the event <c>endpoint</c>, as it came.</summary>
    public string EndpointData { get; }

    public Uri Messages { get; private set; } = null!;

    /// <summary>Opens the stream and reads its first event, which must be <c>endpoint</c>.</summary>
    public static async Task<HttpSseWire> ConnectAsync(Uri sse, CancellationToken cancellationToken)
    {
        var http = CreateClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, sse);
        request.Headers.TryAddWithoutValidation("Accept", "text/event-stream");
        var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType?.MediaType);
        var stream = new EventStream(response, await response.Content.ReadAsStreamAsync(cancellationToken));

        // 2024-11-05 Transports: the first event must be of type endpoint.
        var first = await stream.ReadAsync(cancellationToken);
        Assert.Equal("endpoint", first?.Type);
        return new HttpSseWire(http, stream, first!.Data) { Messages = new Uri(sse, first.Data) };
    }

    public async Task<JsonNode> InitializeAsync(CancellationToken cancellationToken, string capabilities = "{}")
    {
        var answer = await RequestAsync(Rpc.Initialize("init", capabilities: capabilities), "init", cancellationToken);
        await PostAsync(Rpc.Initialized, cancellationToken);
        return answer;
    }

    public Task<Answer> PostAsync(string body, CancellationToken cancellationToken) => PostAsync(Messages, body, cancellationToken);

    /// <summary>Posts a request, and reads the stream up to its response.</summary>
    public async Task<JsonNode> RequestAsync(string body, object id, CancellationToken cancellationToken)
    {
        await PostAsync(body, cancellationToken);
        return await Stream.ReadMessageAsync(Rpc.ResponseTo(id), cancellationToken);
    }

    public static async Task<Answer> PostAsync(Uri messages, string body, CancellationToken cancellationToken)
    {
        using var http = CreateClient();
        using var content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        using var response = await http.PostAsync(messages, content, cancellationToken);
        return await Answer.ReadAsync(response, cancellationToken);
    }

    public void Dispose()
    {
        Stream.Dispose();
        _http.Dispose();
    }

    private static HttpClient CreateClient() =>
        new(new SocketsHttpHandler { UseProxy = false, UseCookies = false }) { Timeout = Timeout.InfiniteTimeSpan };
}
