using System.Text.Json.Nodes;
using McpProxy.EndToEnd.Tests.Harness;
using McpProxy.EndToEnd.Tests.Wire;

namespace McpProxy.EndToEnd.Tests.Bridge;

/// <summary>What the remote server sees of a host, and the host of the server: the bytes that the other one wrote.</summary>
public sealed class WireTests
{
    private const string Odd = """{"jsonrpc":"2.0","x-extra":[1.0,1e2],"id":7,"method":"any/thing","params":{"big":12345678901234567890,"raw":"é世","esc":"\u00e9\ud83d\ude00","_meta":{"k":null,"k2":-0.0},"a":1,"a":2}}""";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Messages_OfTheHost_ArriveByteForByte()
    {
        await using var server = await RemoteServer.StartAsync(Token);
        var initialize = Rpc.Initialize("init", "2025-03-26", """{"sampling":{},"experimental":{"x":{"y":1.50}}}""");
        await using var bridge = BridgeHost.Start([server.Mcp.AbsoluteUri]);
        await bridge.RequestAsync(initialize, "init", Token);
        await bridge.SendAsync(Rpc.Initialized, Token);
        await bridge.RequestAsync(Odd, 7, Token);
        var notification = """{"jsonrpc":"2.0","method":"notifications/what/ever","params":[1,2.0]}""";
        await bridge.SendAsync(notification, Token);
        await Wait.UntilAsync(() => server.Requests.Any(request => request.Body == notification), bridge.Describe, Token);

        Assert.Equal([initialize, Rpc.Initialized, Odd, notification], server.Requests.Where(request => request.Method == "POST").Select(request => request.Body));
    }

    [Fact]
    public async Task Messages_OfTheServer_ArriveByteForByteAndInOrder()
    {
        string[] lines =
        [
            """{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":"t","progress":1.0}}""",
            """{"jsonrpc":"2.0","method":"notifications/odd","params":{"big":12345678901234567890,"esc":"\u00e9"},"extra":1e2}""",
            """{"jsonrpc":"2.0","id":"from-server","method":"sampling/createMessage","params":{}}""",
            """{"x":0.10,"jsonrpc":"2.0","result":{"content":[{"type":"text","text":"é \ud83d\ude00 世"}]},"id":"call"}""",
        ];
        await using var server = await RemoteServer.StartAsync(Token);
        await using var bridge = await BridgeHost.ConnectAsync(Token, server.Mcp.AbsoluteUri);
        server.Script = async (context, request) =>
        {
            var isCall = request.Rpc == "tools/call";
            await (isCall ? RemoteServer.EventsAsync(context, string.Concat(lines.Select(line => $"event: message\ndata: {line}\n\n"))) : Task.CompletedTask);
            return isCall;
        };

        await bridge.RequestAsync(Rpc.Call("call", "t", new { }, "t"), "call", Token);
        var reply = """{"jsonrpc":"2.0","id":"from-server","result":{"model":"m","n":1.0}}""";
        await bridge.SendAsync(reply, Token);
        await Wait.UntilAsync(() => server.Requests.Any(request => request.Body == reply), bridge.Describe, Token);

        Assert.Equal(lines, bridge.Lines.Skip(1));
    }

    [Theory]
    [InlineData("0")]
    [InlineData("-17")]
    [InlineData("9007199254740993")]
    [InlineData("123456789012345678901234567890")]
    [InlineData("1.0")]
    [InlineData("1e2")]
    [InlineData("\"\"")]
    [InlineData("\"a/b é \\u00e9 \\\" \\\\\"")]
    public async Task Ids_OfEverySpelling_ComeBackAsTheyWere(string id)
    {
        await using var server = await RemoteServer.StartAsync(Token);
        await using var bridge = await BridgeHost.ConnectAsync(Token, server.Mcp.AbsoluteUri);

        await bridge.SendAsync($$"""{"jsonrpc":"2.0","id":{{id}},"method":"ping"}""", Token);

        await Wait.UntilAsync(() => bridge.Lines.Any(line => line.Contains($"\"id\":{id},\"result\"", StringComparison.Ordinal)), bridge.Describe, Token);
    }

    [Fact]
    public async Task Answers_OutOfOrder_ReachTheirRequests()
    {
        await using var server = await RemoteServer.StartAsync(Token);
        await using var bridge = await BridgeHost.ConnectAsync(Token, server.Mcp.AbsoluteUri);
        var last = new TaskCompletionSource();
        server.Script = async (_, request) =>
        {
            if (request.Id == "\"first\"")
            {
                await last.Task;
            }

            return false;
        };

        await bridge.SendAsync(Rpc.Call("first", "t", new { }), Token);
        await bridge.RequestAsync(Rpc.Call("second", "t", new { }), "second", Token);
        last.SetResult();
        await bridge.ResponseAsync("first", Token);

        Assert.Equal(2, server.Executions);
    }

    // 2025-11-25, basic/transports: sending messages, session management, protocol version header.
    [Fact]
    public async Task Headers_OfEveryRequest_AreThoseOfTheSpecification()
    {
        await using var server = await RemoteServer.StartAsync(Token);
        await using var bridge = await BridgeHost.ConnectAsync(Token, "-H", "X-Mine", "a, b", server.Mcp.AbsoluteUri);
        await bridge.RequestAsync(Rpc.Request(1, "ping"), 1, Token);
        await Wait.UntilAsync(() => server.Requests.Any(request => request.Method == "GET"), bridge.Describe, Token);
        Assert.Equal(0, await bridge.CloseAsync(Token));

        var requests = server.Requests.ToList();
        Assert.All(requests, request => Assert.Equal("a, b", request.Header("X-Mine")));
        Assert.All(requests.Where(request => request.Method == "POST"), request =>
        {
            Assert.Contains("application/json", request.Header("Accept"), StringComparison.Ordinal);
            Assert.Contains("text/event-stream", request.Header("Accept"), StringComparison.Ordinal);
            Assert.Equal("application/json", request.Header("Content-Type"));
        });
        Assert.Null(requests[0].Header("Mcp-Session-Id"));
        Assert.Single(requests.Skip(1).Select(request => request.Header("Mcp-Session-Id")).Distinct());
        Assert.All(requests.Skip(1), request => Assert.Equal("2025-06-18", request.Header("MCP-Protocol-Version")));
        Assert.Equal("DELETE", requests[^1].Method);
    }

    [Fact]
    public async Task LineThatIsNoMessage_IsAnErrorAndEndsNothing()
    {
        await using var server = await RemoteServer.StartAsync(Token);
        await using var bridge = await BridgeHost.ConnectAsync(Token, server.Mcp.AbsoluteUri);

        await bridge.SendAsync("{not json", Token);
        await bridge.RequestAsync(Rpc.Request(1, "ping"), 1, Token);

        Assert.Single(bridge.Lines, line => JsonNode.Parse(line)!["error"] is { } error && (int)error["code"]! == -32700);
    }

    [Fact]
    public async Task Result_OfTenMegabytes_ArrivesWhole()
    {
        var text = new string('x', 10_000_000);
        await using var server = await RemoteServer.StartAsync(Token);
        await using var bridge = await BridgeHost.ConnectAsync(Token, server.Mcp.AbsoluteUri);
        server.Script = async (context, request) =>
        {
            var isCall = request.Rpc == "tools/call";
            await (isCall ? RemoteServer.JsonAsync(context, $$$"""{"jsonrpc":"2.0","id":1,"result":{"t":"{{{text}}}"}}""") : Task.CompletedTask);
            return isCall;
        };

        var answer = await bridge.RequestAsync(Rpc.Call(1, "t", new { }), 1, Token);

        Assert.Equal($$$"""{"jsonrpc":"2.0","id":1,"result":{"t":"{{{text}}}"}}""", answer);
    }
}
