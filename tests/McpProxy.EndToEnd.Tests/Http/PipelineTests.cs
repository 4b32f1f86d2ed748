using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;
using McpProxy.EndToEnd.Tests.Harness;
using McpProxy.EndToEnd.Tests.Wire;

namespace McpProxy.EndToEnd.Tests.Http;

/// <summary>Requests that are sent before the answers to those before them have come (RFC 9112, 9.3.2).</summary>
public sealed partial class PipelineTests
{
    private const int Requests = 2000;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>A request, where the session's id and the number are filled in; and what of its answer tells the number, else how it begins.</summary>
    [Theory]
    [InlineData("""{"jsonrpc":"2.0","id":NUMBER,"method":"tools/call","params":{"name":"echo","arguments":{"value":"x"}}}""", "application/json", "SESSION")]
    [InlineData("""{"jsonrpc":"2.0","id":NUMBER,"method":"tools/call","params":{"name":"echo","arguments":{"value":"x"}}}""", StreamableHttpWire.BothTypes, "SESSION")]
    [InlineData("""{"jsonrpc":"2.0","id":NUMBER,"method":"tools/list"}""", "application/json", "no-such-session")]
    [InlineData("""{"jsonrpc":"1.0","id":NUMBER,"method":"tools/list"}""", "application/json", "SESSION")]
    public async Task Requests_ManyOnOneConnection_AreAnsweredInOrder(string body, string accept, string session)
    {
        await using var gateway = await McpProxyProcess.ServeAsync(Backends.Sample, Token);
        using var wire = await StreamableHttpWire.ConnectAsync(gateway.Mcp, Token);
        var headers = $"Content-Type: application/json\r\nAccept: {accept}\r\nMcp-Session-Id: {session.Replace("SESSION", wire.SessionId, StringComparison.Ordinal)}\r\n";

        var answers = await ExchangeAsync(gateway, number => RawRequest.Of("POST /mcp", headers, body.Replace("NUMBER", $"{number}", StringComparison.Ordinal)));

        Assert.Equal(Enumerable.Range(0, Requests), Id().Matches(answers).Select(id => int.Parse(id.Groups["id"].ValueSpan)));
    }

    [Theory]
    [InlineData("GET /nowhere", "", "", 404)]
    [InlineData("POST /mcp", "Content-Type: text/plain\r\n", "text", 415)]
    [InlineData("POST /mcp", "Content-Type: application/json\r\nMcp-Session-Id: SESSION\r\n", Rpc.Initialized, 202)]
    public async Task RequestsWithoutId_ManyOnOneConnection_AreAllAnswered(string line, string headers, string body, int status)
    {
        await using var gateway = await McpProxyProcess.ServeAsync(Backends.Sample, Token);
        using var wire = await StreamableHttpWire.ConnectAsync(gateway.Mcp, Token);
        var request = RawRequest.Of(line, headers.Replace("SESSION", wire.SessionId, StringComparison.Ordinal), body);

        var answers = await ExchangeAsync(gateway, _ => request);

        Assert.Equal(Requests, answers.Split($"HTTP/1.1 {status} ").Length - 1);
        Assert.NotNull((await wire.CallAsync(1, "echo", new { value = 1 }, Token))["result"]);
    }

    /// <summary>Sends all requests, and one after which the server closes; reads all answers.</summary>
    private static async Task<string> ExchangeAsync(McpProxyProcess gateway, Func<int, string> request)
    {
        using var deadline = Wait.Deadline(Token);
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, gateway.Root.Port), deadline.Token);
        await using var stream = new NetworkStream(socket);
        var all = string.Concat(Enumerable.Range(0, Requests).Select(request)) + RawRequest.Of("GET /status", "Connection: close\r\n", "");
        var sending = stream.WriteAsync(Encoding.ASCII.GetBytes(all), deadline.Token).AsTask();
        using var reader = new StreamReader(stream, Encoding.UTF8);
        var answers = await reader.ReadToEndAsync(deadline.Token);
        await sending;
        return answers;
    }

    [GeneratedRegex("\"id\": ?(?<id>[0-9]+)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Id();
}
