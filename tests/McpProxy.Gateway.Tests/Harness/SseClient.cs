using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace McpProxy.Gateway.Tests.Harness;

/// <summary>A client of HTTP+SSE.</summary>
internal sealed class SseClient : IDisposable
{
    private readonly HttpClient _http = new(McpClient.NewHandler()) { Timeout = Timeout.InfiniteTimeSpan };

    /// <summary>The stream.</summary>
    public SseStream Stream { get; private set; } = null!;

    /// <summary>What the event <c>endpoint</c> said.</summary>
    public string Endpoint { get; private set; } = "";

    /// <summary>Whether each POST has a connection of its own: on one connection, each waits until the one before it is on its way.</summary>
    public bool PostsApart { set => _http.DefaultRequestHeaders.ConnectionClose = value; }

    private Uri Messages { get; set; } = null!;

    /// <summary>Opens the stream.</summary>
    public async Task OpenAsync(Uri address)
    {
        using var deadline = Wait.Deadline();
        var response = await _http.GetAsync(address, HttpCompletionOption.ResponseHeadersRead, deadline.Token);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Stream = new SseStream(response, await response.Content.ReadAsStreamAsync(deadline.Token));
        var first = await Stream.ReadEventAsync();
        Assert.Equal("endpoint", first?.Type);
        Endpoint = first!.Data;
        Messages = new Uri(address, Endpoint);
    }

    public async Task InitializeAsync(string capabilities = "{}")
    {
        await RequestAsync(Rpc.Initialize("2024-11-05", capabilities));
        await PostAsync(Rpc.Initialized);
    }

    /// <summary>Posts to the address that the stream gave, or to another.</summary>
    public async Task<Answer> PostAsync(string body, Uri? address = null)
    {
        using var deadline = Wait.Deadline();
        using var content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        using var response = await _http.PostAsync(address ?? Messages, content, deadline.Token);
        return await Answer.ReadAsync(response, deadline.Token);
    }

    /// <summary>Posts a request, and reads the stream up to the response.</summary>
    public async Task<JsonElement> RequestAsync(string body)
    {
        await PostAsync(body);
        return await Stream.ReadResponseAsync();
    }

    public async Task<string> CallAsync(string tool, string arguments = "{}") => (await RequestAsync(Rpc.Call(tool, arguments))).Text();

    public void Dispose()
    {
        Stream?.Dispose();
        _http.Dispose();
    }
}
