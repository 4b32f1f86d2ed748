using System.Text;
using System.Text.Json.Nodes;
using McpProxy.EndToEnd.Tests.Harness;
using McpProxy.EndToEnd.Tests.Wire;

namespace McpProxy.EndToEnd.Tests.Bridge;

/// <summary>The shapes in which a server may answer, each of which must be one line on stdout.</summary>
public sealed class ShapeTests
{
    private const string Compact = """{"jsonrpc":"2.0","id":1,"result":{"t":"é"}}""";
    private const string Pretty = "{\r\n  \"jsonrpc\": \"2.0\",\r  \"id\": 1,\n\t\"result\": { \"t\": \"é\" }\n}\n";

    /// <summary>Media type, status and body of an answer to the request with the id 1.</summary>
    public static TheoryData<string, int, string> Answers { get; } = new()
    {
        { "application/json", 200, Compact },
        { "application/json; charset=utf-8", 200, Pretty },
        { "APPLICATION/JSON", 200, "\ufeff" + Compact },
        { "application/json", 200, $"[{Compact}]" },
        { "application/json", 201, Compact },
        { "text/event-stream", 200, $"data: {Compact}\n\n" },
        { "text/event-stream; charset=utf-8", 200, $"event: message\nid: 1\ndata:{Compact}\n\n" },
        { "text/event-stream", 200, $"\ufeffdata: {Compact}\r\r" },
        { "text/event-stream", 200, $": hello\r\n\r\nevent: message\r\nunknown: x\r\ndata: {Compact}\r\n\r\n: bye\r\n\r\n" },
        { "text/event-stream", 200, $"retry: 5\n\nid: 0\ndata:\n\nevent: other\ndata: {{\"not\":\"ours\"}}\n\ndata: {Compact}\n\n" },
        { "text/event-stream", 200, string.Concat(Pretty.Split(["\r\n", "\n", "\r"], StringSplitOptions.None).Select(line => $"data: {line}\n")) + "\n" },
        // 2025-03-26 Transports: "These responses MAY be batched".
        { "text/event-stream", 200, $$$"""data: [{"jsonrpc":"2.0","method":"notifications/x"},{{{Compact}}}]""" + "\n\n" },
    };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Answers))]
    public async Task Answer_OfAnyShape_IsOneLine(string type, int status, string body)
    {
        await using var server = await AnsweringAsync(type, status, body, pieces: 1_000);
        await using var bridge = await BridgeHost.ConnectAsync(Token, server.Mcp.AbsoluteUri);

        var answer = JsonNode.Parse(await bridge.RequestAsync(Rpc.Call(1, "t", new { }), 1, Token));

        Assert.Equal("é", (string?)answer!["result"]?["t"]);
        Assert.Equal(0, await bridge.CloseAsync(Token));
        Assert.All(bridge.Lines, line => Assert.Equal("2.0", (string?)JsonNode.Parse(line)!["jsonrpc"]));
    }

    [Theory]
    [InlineData("application/json", Pretty)]
    [InlineData("text/event-stream", "event: message\r\nid: 1\r\ndata: " + Compact + "\r\n\r\n")]
    public async Task Answer_ByteByByte_IsOneLine(string type, string body)
    {
        await using var server = await AnsweringAsync(type, 200, body, pieces: 1);
        await using var bridge = await BridgeHost.ConnectAsync(Token, server.Mcp.AbsoluteUri);

        var answer = JsonNode.Parse(await bridge.RequestAsync(Rpc.Call(1, "t", new { }), 1, Token));

        Assert.Equal("é", (string?)answer!["result"]?["t"]);
    }

    // 2025-11-25 Transports: a server may close the stream after an event with an id and no data, and the client polls on.
    [Fact]
    public async Task Stream_ClosedAfterAnEmptyEvent_IsPolledUntilTheAnswerComes()
    {
        await using var server = await RemoteServer.StartAsync(Token);
        await using var bridge = await BridgeHost.ConnectAsync(Token, server.Mcp.AbsoluteUri);
        var polls = 0;
        server.Script = async (context, request) =>
        {
            if (request.Rpc == "tools/call")
            {
                await RemoteServer.EventsAsync(context, "id: p0\nretry: 10\ndata:\n\n");
                return true;
            }

            if (request.Method == "GET" && request.Header("Last-Event-ID")?.StartsWith('p') is true)
            {
                var turn = Interlocked.Increment(ref polls);
                await RemoteServer.EventsAsync(context, turn < 3 ? $"id: p{turn}\nretry: 10\ndata:\n\n" : $"id: p{turn}\ndata: {Compact}\n\n");
                return true;
            }

            return false;
        };

        await bridge.RequestAsync(Rpc.Call(1, "t", new { }), 1, Token);

        Assert.Equal(["p0", "p1", "p2"], server.Requests.Select(request => request.Header("Last-Event-ID")).OfType<string>());
        Assert.Single(server.Of("tools/call"));
        Assert.Equal(2, bridge.Lines.Count);
    }

    [Theory]
    [InlineData(202)]
    [InlineData(204)]
    [InlineData(302)]
    public async Task Request_AnsweredWithoutAMessage_IsAnErrorForItOnly(int status)
    {
        await using var server = await RemoteServer.StartAsync(Token);
        await using var bridge = await BridgeHost.ConnectAsync(Token, server.Mcp.AbsoluteUri);
        server.Script = (context, request) =>
        {
            context.Response.StatusCode = request.Id == "1" ? status : 200;
            return Task.FromResult(request.Id == "1");
        };

        var failed = JsonNode.Parse(await bridge.RequestAsync(Rpc.Call(1, "t", new { }), 1, Token));

        Assert.NotEmpty((string)failed!["error"]!["message"]!);
        Assert.NotNull(JsonNode.Parse(await bridge.RequestAsync(Rpc.Request(2, "ping"), 2, Token))!["result"]);
    }

    // An answer that nobody waits for, and one that comes twice, must not reach the host as if it had asked.
    [Fact]
    public async Task Answer_GivenTwice_ReachesTheHostOnce()
    {
        await using var server = await AnsweringAsync("text/event-stream", 200, $"data: {Compact}\n\ndata: {Compact}\n\n", pieces: 1_000);
        await using var bridge = await BridgeHost.ConnectAsync(Token, server.Mcp.AbsoluteUri);

        await bridge.RequestAsync(Rpc.Call(1, "t", new { }), 1, Token);
        await bridge.RequestAsync(Rpc.Request(2, "ping"), 2, Token);
        await bridge.CloseAsync(Token);

        Assert.Equal(3, bridge.Lines.Count);
    }

    [Fact]
    public async Task OwnStream_RefusedOrBroken_IsNoReasonToFail()
    {
        await using var server = await RemoteServer.StartAsync(Token);
        var statuses = new Queue<int>([500, 404, 400]);
        server.Script = (context, request) =>
        {
            context.Response.StatusCode = request.Method == "GET" && statuses.TryDequeue(out var status) ? status : 200;
            return Task.FromResult(request.Method == "GET");
        };
        await using var bridge = await BridgeHost.ConnectAsync(Token, server.Mcp.AbsoluteUri);
        await Wait.UntilAsync(() => server.Requests.Any(request => request.Method == "GET"), bridge.Describe, Token);

        var answer = JsonNode.Parse(await bridge.RequestAsync(Rpc.Call(1, "t", new { }), 1, Token));

        Assert.NotNull(answer!["result"]);
        Assert.Single(server.Of("initialize"));
    }

    private static async Task<RemoteServer> AnsweringAsync(string type, int status, string body, int pieces)
    {
        var server = await RemoteServer.StartAsync(Token);
        server.Script = async (context, request) =>
        {
            if (request.Rpc != "tools/call")
            {
                return false;
            }

            context.Response.StatusCode = status;
            context.Response.ContentType = type;
            foreach (var piece in Encoding.UTF8.GetBytes(body).Chunk(pieces))
            {
                await context.Response.Body.WriteAsync(piece, context.RequestAborted);
                await context.Response.Body.FlushAsync(context.RequestAborted);
            }

            return true;
        };
        return server;
    }
}
