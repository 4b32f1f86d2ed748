using System.Net;
using System.Text.Json.Nodes;
using McpProxy.EndToEnd.Tests.Harness;
using McpProxy.EndToEnd.Tests.Wire;

namespace McpProxy.EndToEnd.Tests.Http;

/// <summary>What goes on which stream, and how a dropped stream is taken up again (2025-11-25, basic/transports).</summary>
public sealed class StreamTests(GatewaysFixture gateways) : IClassFixture<GatewaysFixture>
{
    private const string AllCapabilities = """{"roots":{},"sampling":{},"elicitation":{}}""";
    private const string Sampled = """{"role":"assistant","model":"m","content":{"type":"text","text":"sampled"}}""";

    public static TheoryData<string> Capabilities { get; } = ["{}", AllCapabilities];

    [Theory]
    [MemberData(nameof(Capabilities))]
    public async Task Get_InASession_IsAnUnbufferedEventStream(string capabilities)
    {
        using var wire = await ConnectAsync(capabilities);

        using var stream = await wire.GetStreamAsync(TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.OK, stream.Response.StatusCode);
        Assert.Contains("no-cache", stream.Response.Headers.CacheControl?.ToString(), StringComparison.Ordinal);
        Assert.Equal("no", stream.Response.Headers.GetValues("X-Accel-Buffering").Single());
    }

    [Fact]
    public async Task Get_WithoutSessionId_Is400()
    {
        using var wire = new StreamableHttpWire((await GatewayAsync()).Mcp);

        Assert.Equal(HttpStatusCode.BadRequest, (await wire.GetAsync(TestContext.Current.CancellationToken)).Status);
    }

    [Fact]
    public async Task Get_WithUnknownSessionId_Is404()
    {
        using var wire = new StreamableHttpWire((await GatewayAsync()).Mcp) { SessionId = "0123456789abcdef0123456789abcdef" };

        Assert.Equal(HttpStatusCode.NotFound, (await wire.GetAsync(TestContext.Current.CancellationToken)).Status);
    }

    [Theory]
    [MemberData(nameof(Capabilities))]
    public async Task Notification_WithAGetStream_GoesThereAndNowhereElse(string capabilities)
    {
        using var wire = await ConnectAsync(capabilities);
        using var get = await wire.GetStreamAsync(TestContext.Current.CancellationToken);

        using var post = await wire.PostForStreamAsync(Rpc.Call(1, "change_lists", new { }), TestContext.Current.CancellationToken);
        var onPost = await post.ReadAllMessagesAsync(TestContext.Current.CancellationToken);

        foreach (var list in (string[])["tools", "prompts", "resources"])
        {
            await get.ReadMessageAsync(Rpc.Method($"notifications/{list}/list_changed"), TestContext.Current.CancellationToken);
        }

        // "The server MUST send each of its JSON-RPC messages on only one of the connected streams"
        Assert.Equal([1], onPost.Select(message => (int?)message["id"]));
    }

    [Fact]
    public async Task Notification_WithoutAGetStream_GoesToTheOpenPostStream()
    {
        using var wire = await ConnectAsync(AllCapabilities);

        using var post = await wire.PostForStreamAsync(Rpc.Call(1, "change_lists", new { }), TestContext.Current.CancellationToken);
        var messages = await post.ReadAllMessagesAsync(TestContext.Current.CancellationToken);

        Assert.Equal(
            ["notifications/prompts/list_changed", "notifications/resources/list_changed", "notifications/tools/list_changed"],
            messages.Select(message => (string?)message["method"]).OfType<string>().Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Capabilities))]
    public async Task Progress_OfACall_GoesToItsOwnStreamBeforeTheResponse(string capabilities)
    {
        using var wire = await ConnectAsync(capabilities);
        using var get = await wire.GetStreamAsync(TestContext.Current.CancellationToken);

        using var post = await wire.PostForStreamAsync(
            Rpc.Call(1, "slow", new { milliseconds = 200, steps = 4 }, progressToken: "mine"), TestContext.Current.CancellationToken);
        var messages = await post.ReadAllMessagesAsync(TestContext.Current.CancellationToken);

        Assert.Equal([1, 2, 3, 4], messages.Take(4).Select(message => message["params"]!["progress"]!.GetValue<double>()));
        Assert.All(messages.Take(4), message => Assert.Equal("mine", (string?)message["params"]!["progressToken"]));
        // "After the JSON-RPC response has been sent, the server SHOULD terminate the SSE stream."
        Assert.True(Rpc.ResponseTo(1)(messages[4]));
        Assert.Equal(5, messages.Count);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ServerRequest_GoesToTheGetStreamElseToThePost_AndIsAnsweredByPost(bool withGet)
    {
        using var wire = await ConnectAsync(AllCapabilities);
        using var get = withGet ? await wire.GetStreamAsync(TestContext.Current.CancellationToken) : null;
        using var post = await wire.PostForStreamAsync(Rpc.Call("ask", "ask_sampling", new { }), TestContext.Current.CancellationToken);

        var question = await (get ?? post).ReadMessageAsync(Rpc.Method("sampling/createMessage"), TestContext.Current.CancellationToken);
        var accepted = await wire.PostAsync(Rpc.Result(question, Sampled), TestContext.Current.CancellationToken);
        var answer = await post.ReadMessageAsync(Rpc.ResponseTo("ask"), TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.Accepted, accepted.Status);
        Assert.Contains("sampled", answer.FirstText(), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Capabilities))]
    public async Task Get_DroppedAndOpenedAgain_IsServedAgain(string capabilities)
    {
        using var wire = await ConnectAsync(capabilities);
        for (var turn = 0; turn < 3; turn++)
        {
            using var get = await wire.GetStreamAsync(TestContext.Current.CancellationToken);
            await wire.CallAsync($"turn {turn}", "change_lists", new { }, TestContext.Current.CancellationToken);
            await get.ReadMessageAsync(Rpc.Method("notifications/resources/list_changed"), TestContext.Current.CancellationToken);
        }
    }

    [Theory]
    [MemberData(nameof(Capabilities))]
    public async Task Get_WithLastEventId_ReplaysWhatWasMissed(string capabilities)
    {
        using var wire = await ConnectAsync(capabilities);
        string lastEventId;
        using (var get = await wire.GetStreamAsync(TestContext.Current.CancellationToken))
        {
            await wire.CallAsync("first", "change_lists", new { }, TestContext.Current.CancellationToken);
            await get.ReadMessageAsync(Rpc.Method("notifications/resources/list_changed"), TestContext.Current.CancellationToken);
            lastEventId = Assert.IsType<string>(get.LastEventId);
        }

        // No stream is open: these answers are JSON, so what the server says on its own waits in the log.
        await wire.PostAsync(Rpc.Call("second", "change_lists", new { }), TestContext.Current.CancellationToken, "application/json");
        using var resumed = await wire.GetStreamAsync(TestContext.Current.CancellationToken, lastEventId);
        foreach (var list in (string[])["tools", "prompts", "resources"])
        {
            await resumed.ReadMessageAsync(Rpc.Method($"notifications/{list}/list_changed"), TestContext.Current.CancellationToken);
        }

        // The stream goes on behind the replay.
        await wire.CallAsync("third", "change_lists", new { }, TestContext.Current.CancellationToken);
        await resumed.ReadMessageAsync(Rpc.Method("notifications/tools/list_changed"), TestContext.Current.CancellationToken);
    }

    [Theory]
    [MemberData(nameof(Capabilities))]
    public async Task Post_DroppedByTheClient_GoesOnAndIsFetchedWithLastEventId(string capabilities)
    {
        using var wire = await ConnectAsync(capabilities);
        var label = $"dropped {capabilities}";
        string lastEventId;
        using (var post = await wire.PostForStreamAsync(
            Rpc.Call("long", "slow", new { milliseconds = 2_000, steps = 8, label }, progressToken: "p"),
            TestContext.Current.CancellationToken))
        {
            await post.ReadMessageAsync(Rpc.Method("notifications/progress"), TestContext.Current.CancellationToken);
            lastEventId = Assert.IsType<string>(post.LastEventId);
        }

        using var resumed = await wire.GetStreamAsync(TestContext.Current.CancellationToken, lastEventId);
        var messages = new List<JsonNode>();
        while (!messages.Any(Rpc.ResponseTo("long")))
        {
            messages.Add(Assert.IsAssignableFrom<JsonNode>(await resumed.ReadMessageAsync(TestContext.Current.CancellationToken)));
        }

        // "Disconnection SHOULD NOT be interpreted as the client cancelling its request."
        Assert.Equal("Finished 8 steps in 2000 ms.", messages[^1].FirstText());
        var progress = messages.Where(Rpc.Method("notifications/progress"))
            .Select(message => message["params"]!["progress"]!.GetValue<double>());
        Assert.Equal(Enumerable.Range(2, 7).Select(step => (double)step), progress);
        var cancelled = await wire.CallAsync("check", "last_cancelled", new { }, TestContext.Current.CancellationToken);
        Assert.NotEqual(label, (string?)cancelled["result"]!["structuredContent"]!["last"]?["label"]);
    }

    [Theory]
    [MemberData(nameof(Capabilities))]
    public async Task Cancelled_CallUnderWay_ReachesTheServerAndEndsTheStream(string capabilities)
    {
        using var wire = await ConnectAsync(capabilities);
        var label = $"cancelled {capabilities}";
        using var post = await wire.PostForStreamAsync(
            Rpc.Call("long", "slow", new { milliseconds = 60_000, steps = 600, label }, progressToken: 1),
            TestContext.Current.CancellationToken);
        await post.ReadMessageAsync(Rpc.Method("notifications/progress"), TestContext.Current.CancellationToken);

        await wire.PostAsync(
            Rpc.Notification("notifications/cancelled", """{"requestId":"long","reason":"test"}"""), TestContext.Current.CancellationToken);
        await Wait.UntilAsync(
            async () => await wire.CallAsync(Guid.NewGuid(), "last_cancelled", new { }, TestContext.Current.CancellationToken),
            answer => (string?)answer["result"]!["structuredContent"]!["last"]?["label"] == label,
            () => "the server never heard of the cancellation",
            TestContext.Current.CancellationToken);
        var rest = await post.ReadAllMessagesAsync(TestContext.Current.CancellationToken);

        // 2025-11-25 Cancellation: the receiver should not send a response; the stream has nothing more to carry.
        Assert.DoesNotContain(rest, message => message["result"] is not null);
    }

    [Fact]
    public async Task Get_Idle_CarriesKeepAliveComments()
    {
        using var wire = await ConnectAsync("{}");
        using var get = await wire.GetStreamAsync(TestContext.Current.CancellationToken);

        // Events may come first (a priming event); what is waited for is a comment.
        for (var reads = 0; reads < 10; reads++)
        {
            var next = await get.ReadAsync(TestContext.Current.CancellationToken);
            if (next?.Comment is not null)
            {
                return;
            }
        }

        Assert.Fail("No comment among the first ten things on an idle stream.");
    }

    [Fact]
    public async Task EventIds_OfAllStreams_AreUniqueInTheSession()
    {
        using var wire = await ConnectAsync(AllCapabilities);
        var ids = new List<string>();
        for (var call = 0; call < 10; call++)
        {
            using var post = await wire.PostForStreamAsync(
                Rpc.Call(call, "slow", new { milliseconds = 20, steps = 4 }, progressToken: call), TestContext.Current.CancellationToken);
            while (await post.ReadAsync(TestContext.Current.CancellationToken) is { } next)
            {
                ids.AddRange(next.Id is null ? [] : [next.Id]);
            }
        }

        // "the ID MUST be globally unique across all streams within that session"
        Assert.NotEmpty(ids);
        Assert.Equal(ids.Count, ids.Distinct(StringComparer.Ordinal).Count());
    }

    private Task<McpProxyProcess> GatewayAsync() => gateways.For("sample", TestContext.Current.CancellationToken);

    private async Task<StreamableHttpWire> ConnectAsync(string capabilities) => await StreamableHttpWire.ConnectAsync(
        (await GatewayAsync()).Mcp, TestContext.Current.CancellationToken, capabilities: capabilities);
}
