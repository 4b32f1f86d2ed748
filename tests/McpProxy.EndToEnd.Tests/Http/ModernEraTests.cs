using System.Net;
using System.Text.Json.Nodes;
using McpProxy.EndToEnd.Tests.Harness;
using McpProxy.EndToEnd.Tests.Wire;

namespace McpProxy.EndToEnd.Tests.Http;

/// <summary>Requests of revision 2026-07-28 (basic/transports/streamable-http), to servers with and without it.</summary>
public sealed class ModernEraTests(GatewaysFixture gateways) : IClassFixture<GatewaysFixture>
{
    private static readonly int[] ModernCodes = [-32020, -32021, -32022];

    [Theory]
    [InlineData("server/discover")]
    [InlineData("tools/list")]
    public async Task Request_ToALegacyServer_IsA400ThatLetsTheClientFallBack(string method)
    {
        using var wire = await WireAsync("server-everything");

        var answer = await PostAsync(wire, Rpc.Modern(1, method), method);

        // "If the body is empty or is not a recognized modern JSON-RPC error, fall back to initialize"
        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.True(answer.Body.Length == 0 || !ModernCodes.Contains(answer.Json.ErrorCode()), answer.Body);
    }

    [Fact]
    public async Task LegacyServer_AfterAModernRequest_StillServesInitialize()
    {
        using var wire = await WireAsync("server-everything");
        await PostAsync(wire, Rpc.Modern(1, "server/discover"), "server/discover");

        using var legacy = await StreamableHttpWire.ConnectAsync(wire.Endpoint, TestContext.Current.CancellationToken);
        var answer = await legacy.CallAsync(1, "echo", new { message = "fallen back" }, TestContext.Current.CancellationToken);

        Assert.Equal("Echo: fallen back", answer.FirstText());
    }

    [Fact]
    public async Task Discover_ToAModernServer_NamesItsVersions()
    {
        using var wire = await WireAsync("sample");

        var answer = await MessageAsync(await PostAsync(wire, Rpc.Modern("d", "server/discover"), "server/discover"));

        Assert.Contains(answer["result"]!["supportedVersions"]!.AsArray(), version => (string?)version == "2026-07-28");
    }

    [Fact]
    public async Task Call_ToAModernServer_IsAnsweredWithoutASession()
    {
        using var wire = await WireAsync("sample");

        var response = await PostAsync(wire, Echo("c", "modern"), "tools/call", "echo");
        var answer = await MessageAsync(response);

        Assert.Equal(HttpStatusCode.OK, response.Status);
        Assert.Equal("modern", (string?)answer["result"]!["structuredContent"]!["value"]);
        // "do not mint or echo session IDs"
        Assert.DoesNotContain("Mcp-Session-Id", response.Headers);
    }

    [Fact]
    public async Task Calls_WithTheSameIdAtOnce_AreEachAnswered()
    {
        using var wire = await WireAsync("sample");

        var answers = await Task.WhenAll(Enumerable.Range(0, 100).Select(async i =>
            (Sent: $"value {i}", Answer: await MessageAsync(await PostAsync(wire, Echo("same", $"value {i}"), "tools/call", "echo")))));

        Assert.All(answers, pair => Assert.Equal(pair.Sent, (string?)pair.Answer["result"]!["structuredContent"]!["value"]));
    }

    [Fact]
    public async Task UnknownMethod_IsA404WithMethodNotFound()
    {
        using var wire = await WireAsync("sample");

        var answer = await PostAsync(wire, Rpc.Modern(1, "no/such/method"), "no/such/method");

        // "it MUST respond with 404 Not Found and a JSON-RPC error with code -32601"
        Assert.Equal(HttpStatusCode.NotFound, answer.Status);
        Assert.Equal(-32601, answer.Json.ErrorCode());
        Assert.Equal(1, answer.Json["id"]!.GetValue<int>());
    }

    [Theory]
    [InlineData("2026-07-28", "tools/list", "echo")]
    [InlineData("2026-07-28", "tools/call", "add")]
    [InlineData("2026-07-28", null, "echo")]
    [InlineData("2026-07-28", "tools/call", null)]
    public async Task Headers_ThatDisagreeWithTheBody_Are400HeaderMismatch(string version, string? method, string? name)
    {
        using var wire = await WireAsync("sample");

        var answer = await PostAsync(wire, Echo(1, "x"), method, name, version);

        // "servers MUST return HTTP status 400 Bad Request and MUST include a JSON-RPC error response" with -32020
        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.Equal(-32020, answer.Json.ErrorCode());
    }

    [Fact]
    public async Task EncodedName_ThatMatchesAfterDecoding_IsServed()
    {
        using var wire = await WireAsync("sample");

        // "servers MUST decode encoded values before comparing them to the body value"
        var response = await PostAsync(wire, Echo(1, "encoded"), "tools/call", "=?base64?ZWNobw==?=");

        Assert.Equal(HttpStatusCode.OK, response.Status);
        Assert.Equal("encoded", (string?)(await MessageAsync(response))["result"]!["structuredContent"]!["value"]);
    }

    [Fact]
    public async Task UnknownVersion_ToAModernServer_Is400WithTheSupportedOnes()
    {
        using var wire = await WireAsync("sample");
        var body = Rpc.Modern(1, "tools/list").Replace("2026-07-28", "2099-01-01", StringComparison.Ordinal);

        var answer = await PostAsync(wire, body, "tools/list", version: "2099-01-01");

        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.Equal(-32022, answer.Json.ErrorCode());
        Assert.Contains(answer.Json["error"]!["data"]!["supported"]!.AsArray(), version => (string?)version == "2026-07-28");
    }

    [Fact]
    public async Task Stream_ClosedByTheClient_CancelsTheCall()
    {
        using var wire = await WireAsync("sample");
        var label = $"modern {Guid.NewGuid()}";
        var call = ModernCall(
            "long", "slow", new JsonObject { ["milliseconds"] = 60_000, ["steps"] = 600, ["label"] = label }, progressToken: "p");

        using (var stream = await wire.PostForStreamAsync(
            call, TestContext.Current.CancellationToken, With("tools/call", "slow", "2026-07-28")))
        {
            await stream.ReadMessageAsync(Rpc.Method("notifications/progress"), TestContext.Current.CancellationToken);
        }

        // "Closing the SSE response stream MUST be treated by the server as cancellation of that request."
        await Wait.UntilAsync(
            async () => await MessageAsync(await PostAsync(wire, ModernCall("q", "last_cancelled", []), "tools/call", "last_cancelled")),
            answer => (string?)answer["result"]!["structuredContent"]!["last"]?["label"] == label,
            () => "the server never heard of the cancellation",
            TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Listen_OpenStream_CarriesTheChangesItAskedFor()
    {
        using var wire = await WireAsync("sample");
        var listen = Rpc.Modern("sub", "subscriptions/listen", new JsonObject
        {
            ["notifications"] = new JsonObject { ["toolsListChanged"] = true, ["resourceSubscriptions"] = new JsonArray("test://items/9") },
        });
        using var stream = await wire.PostForStreamAsync(
            listen, TestContext.Current.CancellationToken, With("subscriptions/listen", null, "2026-07-28"));
        var acknowledged = await stream.ReadMessageAsync(
            Rpc.Method("notifications/subscriptions/acknowledged"), TestContext.Current.CancellationToken);

        var touch = ModernCall(1, "touch_resource", new JsonObject { ["uri"] = "test://items/9" });
        await PostAsync(wire, touch, "tools/call", "touch_resource");
        await PostAsync(wire, ModernCall(2, "change_lists", []), "tools/call", "change_lists");
        var updated = await stream.ReadMessageAsync(Rpc.Method("notifications/resources/updated"), TestContext.Current.CancellationToken);
        var changed = await stream.ReadMessageAsync(Rpc.Method("notifications/tools/list_changed"), TestContext.Current.CancellationToken);

        foreach (var message in (JsonNode[])[acknowledged, updated, changed])
        {
            Assert.Equal("sub", (string?)message["params"]!["_meta"]!["io.modelcontextprotocol/subscriptionId"]);
        }
    }

    // A subscription has no answer to wait for, however long calls may take.
    [Fact]
    public async Task Stop_WhileASubscriptionIsOpen_DoesNotWaitForIt()
    {
        await using var gateway = await McpProxyProcess.StartAsync(["--port", "0", "--shutdown-timeout", "5m", "--", .. Backends.Sample], TestContext.Current.CancellationToken);
        using var wire = new StreamableHttpWire(gateway.Mcp);
        var listen = Rpc.Modern("sub", "subscriptions/listen", new JsonObject { ["notifications"] = new JsonObject { ["toolsListChanged"] = true } });
        using var stream = await wire.PostForStreamAsync(
            listen, TestContext.Current.CancellationToken, With("subscriptions/listen", null, "2026-07-28"));
        await stream.ReadMessageAsync(Rpc.Method("notifications/subscriptions/acknowledged"), TestContext.Current.CancellationToken);

        Assert.Equal(0, await gateway.StopAsync(TestContext.Current.CancellationToken));
    }

    private static string Echo(object id, string value) => ModernCall(id, "echo", new JsonObject { ["value"] = value });

    private static string ModernCall(object id, string tool, JsonObject arguments, string? progressToken = null) =>
        Rpc.Modern(id, "tools/call", new JsonObject { ["name"] = tool, ["arguments"] = arguments }, progressToken);

    private static Action<HttpRequestMessage> With(string? method, string? name, string version) => request =>
    {
        request.Headers.Add("MCP-Protocol-Version", version);
        if (method is not null)
        {
            request.Headers.Add("Mcp-Method", method);
        }

        if (name is not null)
        {
            request.Headers.Add("Mcp-Name", name);
        }
    };

    private static Task<Answer> PostAsync(
        StreamableHttpWire wire, string body, string? method, string? name = null, string version = "2026-07-28") =>
        wire.PostAsync(body, TestContext.Current.CancellationToken, adjust: With(method, name, version));

    private static async Task<JsonNode> MessageAsync(Answer answer)
    {
        if (answer.MediaType != "text/event-stream")
        {
            return answer.Json;
        }

        using var body = new MemoryStream(System.Text.Encoding.UTF8.GetBytes(answer.Body));
        using var stream = new EventStream(new HttpResponseMessage(), body);
        return await stream.ReadMessageAsync(message => message["method"] is null, TestContext.Current.CancellationToken);
    }

    private async Task<StreamableHttpWire> WireAsync(string server) =>
        new((await gateways.For(server, TestContext.Current.CancellationToken)).Mcp);
}
