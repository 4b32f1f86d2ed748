using McpProxy.Gateway.Tests.Harness;

namespace McpProxy.Gateway.Tests.Cost;

/// <summary>A session of Streamable HTTP on one connection. It does no more than it must.</summary>
internal sealed class PlainClient : IDisposable
{
    private readonly PlainConnection _connection;
    private string _headers;

    private PlainClient(PlainConnection connection, string accept)
    {
        _connection = connection;
        _headers = $"Accept: {accept}\r\nMCP-Protocol-Version: 2025-06-18\r\n";
    }

    /// <summary>Opens a session.</summary>
    public static async Task<PlainClient> ConnectAsync(int port, string accept)
    {
        var client = new PlainClient(await PlainConnection.OpenAsync(port), accept);
        var answer = await client._connection.ExchangeTextAsync(client.Post(Rpc.Initialize("2025-06-18")));
        var id = answer.Split("Mcp-Session-Id: ")[1].Split("\r\n")[0];
        client._headers += $"Mcp-Session-Id: {id}\r\n";
        Assert.StartsWith("HTTP/1.1 202 ", await client.SendAsync(client.Post(Rpc.Initialized)), StringComparison.Ordinal);
        return client;
    }

    /// <summary>A POST as bytes.</summary>
    public byte[] Post(string body) => PlainConnection.Request("POST /mcp", _headers, body);

    /// <summary>Sends a POST.</summary>
    /// <returns>The whole response.</returns>
    public Task<string> SendAsync(byte[] post) => _connection.ExchangeTextAsync(post);

    /// <summary>Sends a POST, and waits for the whole response.</summary>
    /// <returns>How many bytes it had.</returns>
    public Task<int> ExchangeAsync(byte[] post) => _connection.ExchangeAsync(post);

    public void Dispose() => _connection.Dispose();
}
