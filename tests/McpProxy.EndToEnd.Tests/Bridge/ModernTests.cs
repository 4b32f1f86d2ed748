using System.Text.Json.Nodes;
using McpProxy.EndToEnd.Tests.Harness;
using McpProxy.EndToEnd.Tests.Wire;

namespace McpProxy.EndToEnd.Tests.Bridge;

/// <summary>Revision 2026-07-28 through the bridge: no session, headers that repeat the body, cancellation by closing the response.</summary>
public sealed class ModernTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    // 2026-07-28, basic/transports/streamable-http, request metadata.
    [Theory]
    [InlineData("tools/call", "name", "get_weather", "get_weather")]
    [InlineData("resources/read", "uri", "file:///ä b", "=?base64?ZmlsZTovLy/DpCBi?=")]
    [InlineData("prompts/get", "name", " padded ", "=?base64?IHBhZGRlZCA=?=")]
    [InlineData("prompts/get", "name", "=?base64?literal?=", "=?base64?PT9iYXNlNjQ/bGl0ZXJhbD89?=")]
    public async Task Request_HasTheHeadersThatRepeatIt(string method, string member, string name, string header)
    {
        await using var server = await StartAsync();
        await using var bridge = BridgeHost.Start([server.Mcp.AbsoluteUri]);

        await bridge.RequestAsync(Rpc.Modern(1, method, new JsonObject { [member] = name }), 1, Token);

        var request = Assert.Single(server.Requests);
        Assert.Equal(("2026-07-28", method, header), (request.Header("MCP-Protocol-Version"), request.Header("Mcp-Method"), request.Header("Mcp-Name")));
        Assert.Null(request.Header("Mcp-Session-Id"));
    }

    // The same section, custom headers from tool parameters.
    [Fact]
    public async Task Call_OfAToolWithMarkedParameters_HasTheirHeaders()
    {
        await using var server = await StartAsync();
        await using var bridge = BridgeHost.Start([server.Mcp.AbsoluteUri]);
        var arguments = new JsonObject { ["region"] = "us-west1", ["deep"] = new JsonObject { ["n"] = 42, ["flag"] = true }, ["text"] = "世", ["none"] = null };

        await bridge.RequestAsync(Rpc.Modern(1, "tools/list"), 1, Token);
        await bridge.RequestAsync(Rpc.Modern(2, "tools/call", new JsonObject { ["name"] = "sql", ["arguments"] = arguments }), 2, Token);
        await bridge.RequestAsync(Rpc.Modern(3, "tools/call", new JsonObject { ["name"] = "bad", ["arguments"] = new JsonObject { ["list"] = "x" } }), 3, Token);

        var call = server.Requests.ElementAt(1);
        Assert.Equal(("us-west1", "42", "true", "=?base64?5LiW?="), (call.Header("Mcp-Param-Region"), call.Header("Mcp-Param-N"), call.Header("Mcp-Param-Flag"), call.Header("Mcp-Param-Text")));
        Assert.Null(call.Header("Mcp-Param-None"));
        Assert.DoesNotContain(server.Requests.ElementAt(2).Headers.Keys, name => name.StartsWith("Mcp-Param-", StringComparison.OrdinalIgnoreCase));
    }

    // 2026-07-28, basic/patterns/cancellation: on Streamable HTTP, closing the response is the cancellation.
    [Fact]
    public async Task Cancelled_ByTheHost_ClosesTheResponse()
    {
        await using var server = await RemoteServer.StartAsync(Token);
        var closed = new TaskCompletionSource();
        server.Script = async (context, _) =>
        {
            await RemoteServer.EventsAsync(context, ": begun\n\n");
            await Task.Delay(Timeout.Infinite, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            closed.SetResult();
            return true;
        };
        await using var bridge = BridgeHost.Start([server.Mcp.AbsoluteUri]);
        await bridge.SendAsync(Rpc.Modern(1, "tools/call", new JsonObject { ["name"] = "t" }), Token);
        await Wait.UntilAsync(() => server.Requests.Count == 1, bridge.Describe, Token);

        await bridge.SendAsync("""{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}}""", Token);
        await closed.Task.WaitAsync(Wait.Patience, Token);
        Assert.Equal(0, await bridge.CloseAsync(Token));

        Assert.Single(server.Requests);
        Assert.Empty(bridge.Lines);
    }

    [Fact]
    public async Task Subscription_StreamsUntilItEnds()
    {
        await using var server = await RemoteServer.StartAsync(Token);
        server.Script = async (context, _) =>
        {
            await RemoteServer.EventsAsync(context, "data: {\"jsonrpc\":\"2.0\",\"method\":\"notifications/tools/list_changed\",\"params\":{\"_meta\":{\"io.modelcontextprotocol/subscriptionId\":1}}}\n\n");
            await RemoteServer.EventsAsync(context, "data: {\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}\n\n");
            return true;
        };
        await using var bridge = BridgeHost.Start([server.Mcp.AbsoluteUri]);

        await bridge.RequestAsync(Rpc.Modern(1, "subscriptions/listen", new JsonObject { ["notifications"] = new JsonObject { ["toolsListChanged"] = true } }), 1, Token);

        Assert.Equal(2, bridge.Lines.Count);
        Assert.Contains("list_changed", bridge.Lines[0], StringComparison.Ordinal);
    }

    // The same page: 404 with MethodNotFound, 400 with the errors of this era.
    [Theory]
    [InlineData(404, -32601)]
    [InlineData(400, -32022)]
    public async Task Error_WithAStatus_IsThatError(int status, int code)
    {
        await using var server = await RemoteServer.StartAsync(Token);
        server.Script = async (context, _) =>
        {
            await RemoteServer.JsonAsync(context, $"{{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{{\"code\":{code},\"message\":\"no\"}}}}", status);
            return true;
        };
        await using var bridge = BridgeHost.Start([server.Mcp.AbsoluteUri]);

        var answer = JsonNode.Parse(await bridge.RequestAsync(Rpc.Modern(1, "server/discover"), 1, Token));

        Assert.Equal(code, answer!.ErrorCode());
        Assert.Single(server.Requests);
    }

    private static async Task<RemoteServer> StartAsync()
    {
        const string Tools = """
            {"tools":[
              {"name":"sql","inputSchema":{"type":"object","properties":{
                "region":{"type":"string","x-mcp-header":"Region"},"text":{"type":"string","x-mcp-header":"Text"},"none":{"type":["string","null"],"x-mcp-header":"None"},
                "deep":{"type":"object","properties":{"n":{"type":"integer","x-mcp-header":"N"},"flag":{"type":"boolean","x-mcp-header":"Flag"}}}}}},
              {"name":"bad","inputSchema":{"type":"object","properties":{"list":{"type":"array","x-mcp-header":"List"}}}}]}
            """;
        var server = await RemoteServer.StartAsync(Token);
        server.Script = async (context, request) =>
        {
            var result = request.Rpc == "tools/list" ? Tools.ReplaceLineEndings("") : "{}";
            await RemoteServer.JsonAsync(context, $"{{\"jsonrpc\":\"2.0\",\"id\":{request.Id},\"result\":{result}}}");
            return true;
        };
        return server;
    }
}
