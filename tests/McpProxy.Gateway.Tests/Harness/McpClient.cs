using System.Collections.Concurrent;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace McpProxy.Gateway.Tests.Harness;

/// <summary>A client of Streamable HTTP that says exactly what a test wants said.</summary>
internal sealed class McpClient(Uri endpoint, HttpMessageHandler? handler = null) : IDisposable
{
    public const string SessionHeader = "Mcp-Session-Id";
    public const string VersionHeader = "MCP-Protocol-Version";

    private readonly HttpClient _http = new(handler ?? NewHandler()) { Timeout = Timeout.InfiniteTimeSpan };

    // A stream that nobody holds is closed by the garbage collector.
    private readonly ConcurrentBag<SseStream> _streams = [];

    /// <summary>Sent with every request, once there is one.</summary>
    public string? SessionId { get; set; }

    /// <summary>Sent with every request, once there is one.</summary>
    public string? Version { get; set; }

    /// <summary>The answer to <c>initialize</c>.</summary>
    public JsonElement Initialized { get; private set; }

    /// <summary>Drops connections at once, as a client does that dies, instead of reading them empty.</summary>
    public static SocketsHttpHandler NewHandler() =>
        new() { UseProxy = false, UseCookies = false, MaxResponseDrainSize = 0, ResponseDrainTimeout = TimeSpan.Zero };

    /// <summary>Opens a session.</summary>
    public async Task InitializeAsync(string version = "2025-11-25", string capabilities = "{}")
    {
        var answer = await PostAsync(Rpc.Initialize(version, capabilities));
        SessionId = answer.Headers.GetValueOrDefault(SessionHeader);
        Initialized = answer.Response;
        Assert.True(SessionId is not null, answer.Body);
        Version = Initialized.GetProperty("result").GetProperty("protocolVersion").GetString();
        await PostAsync(Rpc.Initialized);
    }

    /// <summary>Posts, and reads the whole answer.</summary>
    public async Task<Answer> PostAsync(string body, Action<HttpRequestMessage>? adjust = null)
    {
        using var deadline = Wait.Deadline();
        using var response = await SendAsync(HttpMethod.Post, body, adjust);
        return await Answer.ReadAsync(response, deadline.Token);
    }

    /// <summary>Posts a request, and returns its response.</summary>
    public async Task<JsonElement> RequestAsync(string body) => (await PostAsync(body)).Response;

    /// <summary>Posts a request, and takes its response as JSON: the call runs when the task has been started.</summary>
    public async Task<JsonElement> RequestJsonAsync(string body) => (await PostAsync(body, AcceptJson)).Response;

    /// <summary>Calls a tool, and returns its text.</summary>
    public async Task<string> CallAsync(string tool, string arguments = "{}", string id = "1") =>
        (await RequestAsync(Rpc.Call(tool, arguments, id))).Text();

    /// <summary>Calls a tool of the fault server that returns JSON.</summary>
    public async Task<JsonElement> AskAsync(string tool) => JsonElement.Parse(await CallAsync(tool));

    /// <summary>The process behind the session.</summary>
    public async Task<int> ProcessIdAsync() => (await AskAsync("pid")).GetInt32();

    /// <summary>Every line that the fault server has read.</summary>
    public async Task<IReadOnlyList<string>> SeenAsync() => [.. (await AskAsync("seen")).EnumerateArray().Select(line => line.GetString()!)];

    /// <summary>Posts, and leaves the stream of the answer open.</summary>
    public async Task<SseStream> StreamAsync(string body, Action<HttpRequestMessage>? adjust = null) =>
        await OpenAsync(await SendAsync(HttpMethod.Post, body, adjust));

    /// <summary>Opens the session's own stream, or resumes one.</summary>
    public async Task<SseStream> ListenAsync(string? lastEventId = null) => await OpenAsync(await SendAsync(HttpMethod.Get, adjust: request =>
    {
        request.Headers.Accept.ParseAdd("text/event-stream");
        if (lastEventId is not null)
        {
            request.Headers.Add("Last-Event-ID", lastEventId);
        }
    }));

    /// <summary>Gets, and reads the whole answer.</summary>
    public async Task<Answer> GetAsync(Action<HttpRequestMessage>? adjust = null)
    {
        using var deadline = Wait.Deadline();
        using var response = await SendAsync(HttpMethod.Get, adjust: adjust);
        return await Answer.ReadAsync(response, deadline.Token);
    }

    /// <summary>Gets another path, and reads the whole answer.</summary>
    public async Task<Answer> GetAtAsync(string path, Action<HttpRequestMessage>? adjust = null) => await GetAsync(request =>
    {
        request.RequestUri = new Uri(endpoint, path);
        adjust?.Invoke(request);
    });

    public async Task<Answer> DeleteAsync()
    {
        using var deadline = Wait.Deadline();
        using var response = await SendAsync(HttpMethod.Delete);
        return await Answer.ReadAsync(response, deadline.Token);
    }

    /// <summary>Posts, and drops the connection when <paramref name="leave"/> says so.</summary>
    public async Task PostUntilAsync(string body, Task leave, Action<HttpRequestMessage>? adjust = null)
    {
        using var leaving = new CancellationTokenSource();
        var response = SendCoreAsync(HttpMethod.Post, body, adjust, leaving.Token);
        await Wait.ForAsync(leave, "the time to leave");
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => response);
    }

    /// <summary>Sends a request, and returns when the headers of its response are there.</summary>
    public Task<HttpResponseMessage> SendAsync(HttpMethod method, string? body = null, Action<HttpRequestMessage>? adjust = null) =>
        SendCoreAsync(method, body, adjust, TestContext.Current.CancellationToken);

    private async Task<HttpResponseMessage> SendCoreAsync(HttpMethod method, string? body, Action<HttpRequestMessage>? adjust, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, endpoint);
        if (body is not null)
        {
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
            request.Headers.TryAddWithoutValidation("Accept", "application/json, text/event-stream");
        }

        Add(request, SessionHeader, SessionId);
        Add(request, VersionHeader, Version);
        adjust?.Invoke(request);
        using var deadline = Wait.Deadline();
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        return await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token);
    }

    public void Dispose()
    {
        foreach (var stream in _streams)
        {
            stream.Dispose();
        }

        _http.Dispose();
    }

    /// <summary>Takes the answer as one JSON object.</summary>
    public static void AcceptJson(HttpRequestMessage request) => Set(request, "Accept", "application/json");

    /// <summary>Sends a header with this value, or without a value none at all.</summary>
    public static void Set(HttpRequestMessage request, string name, string? value)
    {
        request.Headers.Remove(name);
        Add(request, name, value);
    }

    private static void Add(HttpRequestMessage request, string name, string? value)
    {
        if (value is not null)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }
    }

    private async Task<SseStream> OpenAsync(HttpResponseMessage response)
    {
        using var deadline = Wait.Deadline();
        if (response.Content.Headers.ContentType?.MediaType == "text/event-stream")
        {
            var stream = new SseStream(response, await response.Content.ReadAsStreamAsync(deadline.Token));
            _streams.Add(stream);
            return stream;
        }

        var answer = await Answer.ReadAsync(response, deadline.Token);
        response.Dispose();
        throw new InvalidDataException($"No stream but {answer.Status} {answer.MediaType}: {answer.Body}");
    }
}
