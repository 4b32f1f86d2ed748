using System.Text.Json.Nodes;
using McpProxy.EndToEnd.Tests.Harness;
using McpProxy.EndToEnd.Tests.Wire;

namespace McpProxy.EndToEnd.Tests.Bridge;

/// <summary>A host of revision 2026-07-28 over the bridge and our gateway, and its bad moments.</summary>
public sealed class ModernSessionTests(GatewaysFixture gateways) : IClassFixture<GatewaysFixture>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Host_DiscoversCallsListensAndCancels()
    {
        var gateway = await gateways.For("sample", Token);
        await using var bridge = BridgeHost.Start([gateway.Mcp.AbsoluteUri]);

        var discovered = JsonNode.Parse(await bridge.RequestAsync(Rpc.Modern("d", "server/discover"), "d", Token));
        var echo = JsonNode.Parse(await bridge.RequestAsync(Call(1, "echo", new JsonObject { ["value"] = "é" }), 1, Token));
        await bridge.SendAsync(Listen("sub", "test://items/9"), Token);
        await UntilAsync(bridge, "notifications/subscriptions/acknowledged");
        await bridge.RequestAsync(Call(2, "touch_resource", new JsonObject { ["uri"] = "test://items/9" }), 2, Token);
        var updated = await UntilAsync(bridge, "notifications/resources/updated");
        var label = $"bridge {Guid.NewGuid()}";
        await bridge.SendAsync(Call("slow", "slow", new JsonObject { ["milliseconds"] = 60_000, ["steps"] = 600, ["label"] = label }, "p"), Token);
        await UntilAsync(bridge, "notifications/progress");
        await bridge.SendAsync(Rpc.Notification("notifications/cancelled", """{"requestId":"slow"}"""), Token);
        await bridge.SendAsync(Rpc.Notification("notifications/cancelled", """{"requestId":"sub"}"""), Token);
        var turn = 10;
        await Wait.UntilAsync(
            async () => JsonNode.Parse(await bridge.RequestAsync(Call(++turn, "last_cancelled", []), turn, Token)),
            answer => (string?)answer!["result"]!["structuredContent"]!["last"]?["label"] == label,
            bridge.Describe,
            Token);

        Assert.Contains(discovered!["result"]!["supportedVersions"]!.AsArray(), version => (string?)version == "2026-07-28");
        Assert.Equal("é", (string?)echo!["result"]?["structuredContent"]?["value"]);
        Assert.Equal("sub", (string?)updated["params"]!["_meta"]!["io.modelcontextprotocol/subscriptionId"]);
        Assert.Equal(0, await bridge.CloseAsync(Token));
        Assert.All(bridge.Lines, line => Assert.Equal("2.0", (string?)JsonNode.Parse(line)!["jsonrpc"]));
    }

    // A dual-era host asks for the new era first, and goes back to initialize.
    [Theory]
    [InlineData("/mcp")]
    [InlineData("/sse")]
    public async Task Discover_ToALegacyServer_IsAnErrorAndInitializeWorks(string path)
    {
        var gateway = await gateways.For("server-everything", Token);
        await using var bridge = BridgeHost.Start([new Uri(gateway.Root, path).AbsoluteUri]);

        var refused = JsonNode.Parse(await bridge.RequestAsync(Rpc.Modern("d", "server/discover"), "d", Token));
        var initialized = JsonNode.Parse(await bridge.RequestAsync(Rpc.Initialize("init"), "init", Token));
        await bridge.SendAsync(Rpc.Initialized, Token);
        var echo = JsonNode.Parse(await bridge.RequestAsync(Rpc.Call(1, "echo", new { message = "fallen back" }), 1, Token));

        Assert.DoesNotContain(refused!.ErrorCode(), (int[])[-32020, -32021, -32022]);
        Assert.Equal("mcp-servers/everything", (string?)initialized!["result"]?["serverInfo"]?["name"]);
        Assert.Equal("Echo: fallen back", echo!.FirstText());
    }

    [Fact]
    public async Task Server_GoneAndBack_NeedsNoHandshake()
    {
        var first = await McpProxyProcess.ServeAsync(Backends.Sample, Token);
        await using var bridge = BridgeHost.Start([first.Mcp.AbsoluteUri]);
        await bridge.SendAsync(Listen("sub", "test://items/1"), Token);
        await UntilAsync(bridge, "notifications/subscriptions/acknowledged");
        await bridge.SendAsync(Call("slow", "slow", new JsonObject { ["milliseconds"] = 60_000, ["steps"] = 600 }, "p"), Token);
        await UntilAsync(bridge, "notifications/progress");

        await first.SignalAsync(Posix.Kill, Token);
        await first.DisposeAsync();
        // Streams of this era are not resumable: both requests fail at once.
        var slow = JsonNode.Parse(await bridge.ResponseAsync("slow", Token));
        var listen = JsonNode.Parse(await bridge.ResponseAsync("sub", Token));
        var down = JsonNode.Parse(await bridge.RequestAsync(Call("down", "echo", new JsonObject { ["value"] = 1 }), "down", Token));
        await using var second = await McpProxyProcess.StartAsync(["--port", $"{first.Root.Port}", "--", .. Backends.Sample], Token);
        var echo = JsonNode.Parse(await bridge.RequestAsync(Call("up", "echo", new JsonObject { ["value"] = "up" }), "up", Token));

        Assert.NotNull(slow!["error"]);
        Assert.NotNull(listen!["error"]);
        Assert.NotNull(down!["error"]);
        Assert.Equal("up", (string?)echo!["result"]?["structuredContent"]?["value"]);
    }

    [Theory]
    [InlineData("id: e1\ndata: {\"jsonrpc\":\"2.0\",\"method\":\"notifications/message\",\"params\":{}}\n\n")]
    [InlineData("")]
    public async Task Stream_ThatBreaksOff_IsAnErrorAndIsNeitherResumedNorSentAgain(string events)
    {
        await using var server = await RemoteServer.StartAsync(Token);
        server.Script = async (context, _) =>
        {
            await RemoteServer.EventsAsync(context, events + ": x\n\n");
            return true;
        };
        await using var bridge = BridgeHost.Start([server.Mcp.AbsoluteUri]);

        var failed = JsonNode.Parse(await bridge.RequestAsync(Call(1, "t", []), 1, Token));
        Assert.Equal(0, await bridge.CloseAsync(Token));

        Assert.NotNull(failed!["error"]);
        Assert.Equal("POST", Assert.Single(server.Requests).Method);
    }

    // The listing that was seen last counts, and each of its pages.
    [Fact]
    public async Task MarkedParameters_OfEveryPageAndTheLatestListing_Count()
    {
        await using var server = await RemoteServer.StartAsync(Token);
        string[] listings =
        [
            """{"tools":[{"name":"one","inputSchema":{"type":"object","properties":{"a":{"type":"string","x-mcp-header":"First"}}}}],"nextCursor":"2"}""",
            """{"tools":[{"name":"two","inputSchema":{"type":"object","properties":{"b":{"type":"integer","x-mcp-header":"Second"}}}}]}""",
            """{"tools":[{"name":"one","inputSchema":{"type":"object","properties":{"a":{"type":"string","x-mcp-header":"Renamed"}}}}]}""",
        ];
        var turn = 0;
        server.Script = async (context, request) =>
        {
            var result = request.Rpc == "tools/list" ? listings[turn++] : "{}";
            await RemoteServer.JsonAsync(context, $"{{\"jsonrpc\":\"2.0\",\"id\":{request.RawId()},\"result\":{result}}}");
            return true;
        };
        await using var bridge = BridgeHost.Start([server.Mcp.AbsoluteUri]);

        await bridge.RequestAsync(Rpc.Modern(1, "tools/list"), 1, Token);
        await bridge.RequestAsync(Rpc.Modern(2, "tools/list", new JsonObject { ["cursor"] = "2" }), 2, Token);
        await bridge.RequestAsync(Call(3, "one", new JsonObject { ["a"] = " x " }), 3, Token);
        await bridge.RequestAsync(Call(4, "two", new JsonObject { ["b"] = -7 }), 4, Token);
        await bridge.RequestAsync(Rpc.Modern(5, "tools/list"), 5, Token);
        await bridge.RequestAsync(Call(6, "one", new JsonObject { ["a"] = "y" }), 6, Token);

        var calls = server.Of("tools/call");
        Assert.Equal("=?base64?IHgg?=", calls[0].Header("Mcp-Param-First"));
        Assert.Equal("-7", calls[1].Header("Mcp-Param-Second"));
        Assert.Equal(("y", null), (calls[2].Header("Mcp-Param-Renamed"), calls[2].Header("Mcp-Param-First")));
    }

    private static string Call(object id, string tool, JsonObject arguments, string? progressToken = null) =>
        Rpc.Modern(id, "tools/call", new JsonObject { ["name"] = tool, ["arguments"] = arguments }, progressToken);

    private static string Listen(object id, string uri) => Rpc.Modern(id, "subscriptions/listen", new JsonObject
    {
        ["notifications"] = new JsonObject { ["resourceSubscriptions"] = new JsonArray(uri) },
    });

    private static async Task<JsonNode> UntilAsync(StdioWire bridge, string method) => (await Wait.UntilAsync(
        () => ValueTask.FromResult(bridge.Lines.Select(line => JsonNode.Parse(line)!).FirstOrDefault(Rpc.Method(method))),
        found => found is not null,
        bridge.Describe,
        Token))!;
}
