using McpProxy.Gateway.Tests.Harness;

namespace McpProxy.Gateway.Tests.Cost;

/// <summary>A session of HTTP+SSE: one connection for the stream, one for the messages.</summary>
internal sealed class PlainSseClient : IDisposable
{
    private readonly PlainConnection _stream;
    private readonly PlainConnection _messages;
    private string _endpoint = "";

    private PlainSseClient(PlainConnection stream, PlainConnection messages) => (_stream, _messages) = (stream, messages);

    /// <summary>Opens a session.</summary>
    public static async Task<PlainSseClient> ConnectAsync(int port)
    {
        var client = new PlainSseClient(await PlainConnection.OpenAsync(port), await PlainConnection.OpenAsync(port));
        var first = await client._stream.OpenStreamAsync(PlainConnection.Request("GET /sse", "Accept: text/event-stream\r\n"));
        client._endpoint = first.Split("data: ")[1].Split('\n')[0].Trim();
        await client.CallAsync(client.Post(Rpc.Initialize("2024-11-05")));
        await client._messages.ExchangeAsync(client.Post(Rpc.Initialized));
        return client;
    }

    /// <summary>A POST as bytes.</summary>
    public byte[] Post(string body) => PlainConnection.Request($"POST {_endpoint}", "", body);

    /// <summary>Posts a request, and waits for its answer on the stream.</summary>
    public async Task CallAsync(byte[] post)
    {
        await _messages.ExchangeAsync(post);
        var answer = await _stream.ReadEventAsync();
        Assert.True(answer.Span.IndexOf("\"result\""u8) > 0);
    }

    public void Dispose()
    {
        _stream.Dispose();
        _messages.Dispose();
    }
}
