using System.Text.Json;
using System.Text.Json.Nodes;
using McpProxy.EndToEnd.Tests.Harness;
using McpProxy.EndToEnd.Tests.Wire;

namespace McpProxy.EndToEnd.Tests.Sharing;

/// <summary>Sessions that share one connection never see each other's traffic, though they use the same ids and tokens.</summary>
public sealed class IsolationTests(GatewaysFixture gateways) : IClassFixture<GatewaysFixture>
{
    private const int CallsPerSession = 2_000;
    private const int AtOnce = 16;

    [Fact]
    public async Task Calls_SameIdsInFourSessions_EachGetsItsOwnAnswer()
    {
        var gateway = await GatewayAsync();
        using var deadline = LongDeadline();
        var sessions = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ =>
            StreamableHttpWire.ConnectAsync(gateway.Mcp, TestContext.Current.CancellationToken)));

        var wrong = await Task.WhenAll(sessions.Select((wire, session) => CountWrongAsync(wire, session, deadline.Token)));

        Assert.Equal([0, 0, 0, 0], wrong);
        foreach (var wire in sessions)
        {
            wire.Dispose();
        }
    }

    [Fact]
    public async Task Progress_SameTokensInFourSessions_EachGetsItsOwn()
    {
        var gateway = await GatewayAsync();
        using var deadline = LongDeadline();
        var sessions = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ =>
            StreamableHttpWire.ConnectAsync(gateway.Mcp, TestContext.Current.CancellationToken)));

        await Parallel.ForEachAsync(
            Enumerable.Range(0, 400),
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = deadline.Token },
            async (turn, cancellationToken) =>
            {
                // The number of steps tells the sessions apart; id and token are the same in all of them.
                var session = turn % sessions.Length;
                var steps = 2 + session;
                var id = turn / sessions.Length;
                using var stream = await sessions[session].PostForStreamAsync(
                    Rpc.Call(id, "slow", new { milliseconds = 20, steps }, progressToken: id), cancellationToken);
                var messages = await stream.ReadAllMessagesAsync(cancellationToken);

                Assert.Equal(steps + 1, messages.Count);
                Assert.All(messages.Take(steps), message =>
                {
                    Assert.Equal(steps, message["params"]!["total"]!.GetValue<int>());
                    Assert.Equal(id, message["params"]!["progressToken"]!.GetValue<int>());
                });
                Assert.Equal($"Finished {steps} steps in 20 ms.", messages[^1].FirstText());
            });

        foreach (var wire in sessions)
        {
            wire.Dispose();
        }
    }

    [Fact]
    public async Task Sessions_OfASharedBackend_UseOneProcess()
    {
        var gateway = await GatewayAsync();
        using var first = await StreamableHttpWire.ConnectAsync(gateway.Mcp, TestContext.Current.CancellationToken);
        using var second = await StreamableHttpWire.ConnectAsync(
            gateway.Mcp, TestContext.Current.CancellationToken, capabilities: """{"roots":{},"sampling":{}}""");

        var one = await first.CallAsync(1, "process_id", new { }, TestContext.Current.CancellationToken);
        var other = await second.CallAsync(1, "process_id", new { }, TestContext.Current.CancellationToken);

        Assert.Equal(one.FirstText(), other.FirstText());
    }

    [Theory]
    [InlineData("{}", true)]
    [InlineData("""{"experimental":{}}""", true)]
    [InlineData("""{"roots":{}}""", false)]
    [InlineData("""{"sampling":{}}""", false)]
    [InlineData("""{"elicitation":{}}""", false)]
    public async Task Sessions_OfAnAutoBackend_ShareUnlessTheyCanBeAsked(string capabilities, bool shared)
    {
        var gateway = await gateways.For("sample", TestContext.Current.CancellationToken);
        using var first = await StreamableHttpWire.ConnectAsync(
            gateway.Mcp, TestContext.Current.CancellationToken, capabilities: capabilities);
        using var second = await StreamableHttpWire.ConnectAsync(
            gateway.Mcp, TestContext.Current.CancellationToken, capabilities: capabilities);

        var one = await first.CallAsync(1, "process_id", new { }, TestContext.Current.CancellationToken);
        var other = await second.CallAsync(1, "process_id", new { }, TestContext.Current.CancellationToken);

        Assert.Equal(shared, one.FirstText() == other.FirstText());
    }

    [Fact]
    public async Task Updates_OfAResource_GoToItsSubscribersOnly()
    {
        const string Uri = "test://items/42";
        var gateway = await GatewayAsync();
        using var subscriber = await StreamableHttpWire.ConnectAsync(gateway.Mcp, TestContext.Current.CancellationToken);
        using var bystander = await StreamableHttpWire.ConnectAsync(gateway.Mcp, TestContext.Current.CancellationToken);
        using var toSubscriber = await subscriber.GetStreamAsync(TestContext.Current.CancellationToken);
        using var toBystander = await bystander.GetStreamAsync(TestContext.Current.CancellationToken);
        await subscriber.RequestAsync(1, "resources/subscribe", TestContext.Current.CancellationToken, $$"""{"uri":"{{Uri}}"}""");

        await bystander.CallAsync(1, "touch_resource", new { uri = Uri }, TestContext.Current.CancellationToken);
        await bystander.CallAsync(2, "change_lists", new { }, TestContext.Current.CancellationToken);
        var updated = await toSubscriber.ReadMessageAsync(
            Rpc.Method("notifications/resources/updated"), TestContext.Current.CancellationToken);

        Assert.Equal(Uri, (string?)updated["params"]!["uri"]);
        // List changes belong to nobody, so they go to all; what comes before them at the bystander is the proof.
        var first = await toBystander.ReadMessageAsync(TestContext.Current.CancellationToken);
        Assert.EndsWith("/list_changed", (string?)first!["method"], StringComparison.Ordinal);
        await toSubscriber.ReadMessageAsync(Rpc.Method("notifications/tools/list_changed"), TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Unsubscribe_OfOneOfTwo_LeavesTheOtherSubscribed()
    {
        const string Uri = "test://items/43";
        var gateway = await GatewayAsync();
        using var stays = await StreamableHttpWire.ConnectAsync(gateway.Mcp, TestContext.Current.CancellationToken);
        using var leaves = await StreamableHttpWire.ConnectAsync(gateway.Mcp, TestContext.Current.CancellationToken);
        using var toStays = await stays.GetStreamAsync(TestContext.Current.CancellationToken);
        await stays.RequestAsync(1, "resources/subscribe", TestContext.Current.CancellationToken, $$"""{"uri":"{{Uri}}"}""");
        await leaves.RequestAsync(1, "resources/subscribe", TestContext.Current.CancellationToken, $$"""{"uri":"{{Uri}}"}""");

        await leaves.RequestAsync(2, "resources/unsubscribe", TestContext.Current.CancellationToken, $$"""{"uri":"{{Uri}}"}""");
        await leaves.CallAsync(3, "touch_resource", new { uri = Uri }, TestContext.Current.CancellationToken);

        var updated = await toStays.ReadMessageAsync(Rpc.Method("notifications/resources/updated"), TestContext.Current.CancellationToken);
        Assert.Equal(Uri, (string?)updated["params"]!["uri"]);
    }

    [Fact]
    public async Task Logs_EachSession_GetsItsOwnLevel()
    {
        var gateway = await GatewayAsync();
        using var quiet = await StreamableHttpWire.ConnectAsync(gateway.Mcp, TestContext.Current.CancellationToken);
        using var loud = await StreamableHttpWire.ConnectAsync(gateway.Mcp, TestContext.Current.CancellationToken);
        using var toQuiet = await quiet.GetStreamAsync(TestContext.Current.CancellationToken);
        using var toLoud = await loud.GetStreamAsync(TestContext.Current.CancellationToken);
        await loud.RequestAsync(1, "logging/setLevel", TestContext.Current.CancellationToken, """{"level":"debug"}""");
        await quiet.RequestAsync(1, "logging/setLevel", TestContext.Current.CancellationToken, """{"level":"alert"}""");

        await loud.CallAsync(2, "log_levels", new { }, TestContext.Current.CancellationToken);

        Assert.Equal(["debug", "info", "notice", "warning", "error", "critical", "alert", "emergency"], await LevelsAsync(toLoud, 8));
        Assert.Equal(["alert", "emergency"], await LevelsAsync(toQuiet, 2));
    }

    [Fact]
    public async Task ServerRequest_OneSessionInFlight_ReachesIt()
    {
        var gateway = await GatewayAsync();
        using var idle = await ConnectAsync(gateway);
        using var asking = await ConnectAsync(gateway);
        using var post = await asking.PostForStreamAsync(Rpc.Call("ask", "ask_sampling", new { }), TestContext.Current.CancellationToken);

        var question = await post.ReadMessageAsync(Rpc.Method("sampling/createMessage"), TestContext.Current.CancellationToken);
        await asking.PostAsync(
            Rpc.Result(question, """{"role":"assistant","model":"m","content":{"type":"text","text":"sampled"}}"""),
            TestContext.Current.CancellationToken);
        var answer = await post.ReadMessageAsync(Rpc.ResponseTo("ask"), TestContext.Current.CancellationToken);

        Assert.Contains("sampled", answer.FirstText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ServerRequest_SeveralSessionsInFlight_IsRefusedRatherThanGuessed()
    {
        var gateway = await GatewayAsync();
        using var busy = await ConnectAsync(gateway);
        using var asking = await ConnectAsync(gateway);
        using var slow = await busy.PostForStreamAsync(
            Rpc.Call("slow", "slow", new { milliseconds = 60_000, steps = 600 }, progressToken: 1), TestContext.Current.CancellationToken);
        await slow.ReadMessageAsync(Rpc.Method("notifications/progress"), TestContext.Current.CancellationToken);

        var answer = await asking.CallAsync("ask", "ask_sampling", new { }, TestContext.Current.CancellationToken);
        await busy.PostAsync(
            Rpc.Notification("notifications/cancelled", """{"requestId":"slow"}"""), TestContext.Current.CancellationToken);

        Assert.True(answer["result"]!["isError"]!.GetValue<bool>());
        Assert.Contains("refused", answer.FirstText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Crash_OfTheBackend_IsToldByListChanges()
    {
        await using var gateway = await McpProxyProcess.ServeAsync(
            Backends.Sample, TestContext.Current.CancellationToken, "--sharing", "shared");
        using var wire = await StreamableHttpWire.ConnectAsync(gateway.Mcp, TestContext.Current.CancellationToken);
        using var get = await wire.GetStreamAsync(TestContext.Current.CancellationToken);

        await wire.CallAsync("crash", "crash", new { }, TestContext.Current.CancellationToken);

        var told = new List<string?>();
        while (told.Count < 3)
        {
            told.Add((string?)(await get.ReadMessageAsync(_ => true, TestContext.Current.CancellationToken))["method"]);
        }

        Assert.Equal(
            ["notifications/prompts/list_changed", "notifications/resources/list_changed", "notifications/tools/list_changed"],
            told.Order(StringComparer.Ordinal));
    }

    private static Task<StreamableHttpWire> ConnectAsync(McpProxyProcess gateway) => StreamableHttpWire.ConnectAsync(
        gateway.Mcp, TestContext.Current.CancellationToken, capabilities: """{"sampling":{}}""");

    private static async Task<IReadOnlyList<string>> LevelsAsync(EventStream stream, int count)
    {
        var levels = new List<string>();
        while (levels.Count < count)
        {
            var message = await stream.ReadMessageAsync(Rpc.Method("notifications/message"), TestContext.Current.CancellationToken);
            levels.Add((string)message["params"]!["level"]!);
        }

        return levels;
    }

    private static async Task<int> CountWrongAsync(StreamableHttpWire wire, int session, CancellationToken cancellationToken)
    {
        var wrong = 0;
        await Parallel.ForEachAsync(
            Enumerable.Range(0, CallsPerSession),
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken },
            async (id, token) =>
            {
                var sent = $"session {session} call {id}";
                using var stream = await wire.PostForStreamAsync(Rpc.Call(id, "echo", new { value = sent }), token);
                var messages = await stream.ReadAllMessagesAsync(token);
                if (messages is not [{ } answer] || !IsEchoOf(answer, id, sent))
                {
                    Interlocked.Increment(ref wrong);
                }
            });
        return wrong;
    }

    private static bool IsEchoOf(JsonNode answer, int id, string sent) =>
        answer["id"]?.GetValueKind() == JsonValueKind.Number
        && answer["id"]!.GetValue<int>() == id
        && (string?)answer["result"]?["structuredContent"]?["value"] == sent;

    private static CancellationTokenSource LongDeadline()
    {
        var source = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        source.CancelAfter(TimeSpan.FromMinutes(5));
        return source;
    }

    private Task<McpProxyProcess> GatewayAsync() => gateways.For("sample", TestContext.Current.CancellationToken, "--sharing", "shared");
}
