using System.Globalization;
using System.Net;
using System.Text.Json;
using McpProxy.Gateway.Configuration;
using McpProxy.Gateway.Tests.Harness;
using Microsoft.Extensions.Logging;

namespace McpProxy.Gateway.Tests.HttpSse;

/// <summary>HTTP+SSE (MCP 2024-11-05, transports): one stream down, POSTs up.</summary>
public sealed class HttpSseEndpointsTests : GatewayTest
{
    [Theory]
    [InlineData("", null, "^/messages/\\?session_id=[0-9a-f]{32}$")]
    [InlineData("", "other", "^/servers/other/messages/\\?session_id=[0-9a-f]{32}$")]
    [InlineData("/base", null, "^/base/messages/\\?session_id=[0-9a-f]{32}$")]
    [InlineData("/base", "other", "^/base/servers/other/messages/\\?session_id=[0-9a-f]{32}$")]
    public async Task Stream_FirstEvent_TellsWhereToPost(string pathBase, string? server, string endpoint)
    {
        var host = await StartAsync(
            new Dictionary<string, BackendOptions> { ["default"] = FaultServer.Shared(), ["other"] = FaultServer.Shared() }, options => options.PathBase = pathBase);

        var client = await host.ConnectSseAsync(server);

        Assert.Matches(endpoint, client.Endpoint);
        Assert.Equal("[1]", await client.CallAsync("echo", "[1]"));
    }

    [Fact]
    public async Task Stream_Headers_KeepProxiesFromHoldingItBack()
    {
        var host = await StartAsync(FaultServer.Shared());

        var response = (await host.OpenSseAsync()).Stream.Response;

        Assert.Equal("text/event-stream", response.Content.Headers.ContentType?.MediaType);
        Assert.Equal(("no", "no-cache"), (response.Headers.GetValues("X-Accel-Buffering").Single(), $"{response.Headers.CacheControl}"));
    }

    [Fact]
    public async Task Post_Message_Is202AcceptedAndAnsweredOnTheStream()
    {
        var host = await StartAsync(FaultServer.Shared());
        var client = await host.ConnectSseAsync();

        var answer = await client.PostAsync(Rpc.Call("notify", """{"count":2}""", "\"é\"", "1.0"));

        Assert.Equal((HttpStatusCode.Accepted, "Accepted"), (answer.Status, answer.Body));
        var messages = await client.Stream.ReadToAsync(message => message.IsResponse());
        Assert.Equal(["1.0", "1.0"], messages.SkipLast(1).Select(message => message.Params().GetProperty("progressToken").GetRawText()));
        Assert.Equal(("\"é\"", "notified"), (messages[^1].Id(), messages[^1].Text()));
    }

    [Theory]
    [InlineData(nameof(SharingMode.Shared))]
    [InlineData(nameof(SharingMode.Dedicated))]
    public async Task Post_WhileTheBackendIsStartedAgain_ReachesItInTheOrderOfThePosts(string sharing)
    {
        var clock = new ManualClock();
        var host = await StartAsync(FaultServer.Create(Enum.Parse<SharingMode>(sharing)), clock: clock);
        using var client = await host.ConnectSseAsync();
        GatewayHost.Kill(int.Parse(await client.CallAsync("pid"), CultureInfo.InvariantCulture));
        await host.Log.UntilAsync("starting it again in 0.5 s");
        client.PostsApart = true;

        var methods = Enumerable.Range(0, 40).Select(number => $"own/{number}").ToList();
        foreach (var (number, method) in methods.Index())
        {
            Assert.Equal(HttpStatusCode.Accepted, (await client.PostAsync(number % 2 == 0 ? Rpc.Request(method, id: $"{number}") : Rpc.Notification(method))).Status);
        }

        await client.PostAsync(Rpc.Call("seen", id: "\"seen\""));
        var seen = client.Stream.ReadAsync(message => message.Id() == "\"seen\"");
        await clock.PassUntilAsync(seen, "it is answered");
        var lines = JsonElement.Parse((await seen).Text()).EnumerateArray().Select(line => JsonElement.Parse(line.GetString()!).Method());
        Assert.Equal(methods, lines.Where(method => method!.StartsWith("own/", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Post_CancellationOfWhatWaitsForTheBackend_IsNotBehindIt()
    {
        var clock = new ManualClock();
        var host = await StartAsync(FaultServer.Shared(), clock: clock);
        using var client = await host.ConnectSseAsync();
        GatewayHost.Kill(int.Parse(await client.CallAsync("pid"), CultureInfo.InvariantCulture));
        await host.Log.UntilAsync("starting it again in 0.5 s");
        client.PostsApart = true;
        await client.PostAsync(Rpc.Request("own/first", id: "7"));
        await client.PostAsync(Rpc.Request("own/second", id: "8"));

        await client.PostAsync(Rpc.Cancelled("8"));

        // The clock stands still, so the backend does not run.
        Assert.Equal("8", (await client.Stream.ReadResponseAsync()).Id());
    }

    [Fact]
    public async Task Stream_Events_HaveNoIds()
    {
        var host = await StartAsync(FaultServer.Shared());
        var client = await host.ConnectSseAsync();

        await client.PostAsync(Rpc.Request("ping"));

        Assert.Equal(new SseEvent(null, "message", """{"jsonrpc":"2.0","id":1,"result":{}}"""), await client.Stream.ReadEventAsync());
    }

    [Theory]
    [InlineData("", 400, "session_id is required")]
    [InlineData("?session_id=", 400, "session_id is required")]
    [InlineData("?session_id=abc", 400, "Invalid session ID")]
    [InlineData("?session_id=0123456789abcdef0123456789abcdef", 404, "Could not find session")]
    public async Task Post_SessionMissingOrUnknown_IsToldAsTheReferenceDoes(string query, int status, string text)
    {
        var host = await StartAsync(FaultServer.Shared());
        var client = await host.ConnectSseAsync();

        var answer = await client.PostAsync(Rpc.Request("ping"), new Uri(host.Uri("/messages/"), query));

        Assert.Equal((status, text), ((int)answer.Status, answer.Body));
    }

    [Theory]
    [InlineData("{")]
    [InlineData("{}")]
    [InlineData("")]
    public async Task Post_NoMessage_Is400AndEndsNobodysSession(string body)
    {
        var host = await StartAsync(FaultServer.Shared());
        var client = await host.ConnectSseAsync();

        var answer = await client.PostAsync(body);

        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.StartsWith("Could not parse message", answer.Body, StringComparison.Ordinal);
        Assert.Equal("[1]", await client.CallAsync("echo", "[1]"));
    }

    [Fact]
    public async Task Post_IdInFlight_IsAnsweredWithAnErrorOnTheStream()
    {
        var host = await StartAsync(FaultServer.Dedicated());
        var client = await host.ConnectSseAsync(capabilities: Rpc.Answers);
        await client.PostAsync(Rpc.Call("ask", id: "7"));
        var request = await client.Stream.ReadAsync("roots/list");

        var refused = await client.RequestAsync(Rpc.Call("echo", id: "7"));
        await client.PostAsync(Rpc.Result(request.Id()));

        Assert.Equal(("7", -32600), (refused.Id(), refused.ErrorCode()));
        Assert.Equal("""{"result":{}}""", (await client.Stream.ReadResponseAsync()).Text());
    }

    [Fact]
    public async Task Post_Batch_IsAnsweredMessageByMessage()
    {
        var host = await StartAsync(FaultServer.Dedicated());
        var client = await host.ConnectSseAsync();

        await client.PostAsync($"[{Rpc.Request("ping", id: "1")},{Rpc.Initialized},{Rpc.Request("ping", id: "2")}]");

        Assert.Equal(["1", "2"], new[] { (await client.Stream.ReadAsync()).Id(), (await client.Stream.ReadAsync()).Id() }.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Post_BeforeInitialize_IsAnsweredWithAnError()
    {
        var host = await StartAsync(FaultServer.Shared());
        var client = await host.OpenSseAsync();

        Assert.Equal(-32600, (await client.RequestAsync(Rpc.Request("ping"))).ErrorCode());
        await client.InitializeAsync();
        Assert.Equal("[1]", await client.CallAsync("echo", "[1]"));
    }

    [Fact]
    public async Task Post_BackendStillStarting_IsNotWaitedFor()
    {
        using var gate = new Gate();
        var host = await StartAsync(ScriptedServer.Shared($"{gate.Wait}; initialize"));
        var client = await host.OpenSseAsync();

        var answer = await client.PostAsync(Rpc.Initialize());
        gate.Open();

        Assert.Equal(HttpStatusCode.Accepted, answer.Status);
        Assert.Equal("0", (await client.Stream.ReadResponseAsync()).Id());
    }

    [Fact]
    public async Task Stream_Dropped_EndsTheSessionAndItsProcess()
    {
        var host = await StartAsync(FaultServer.Dedicated());
        var (client, other) = (await host.ConnectSseAsync(), await host.ConnectSseAsync());
        var process = int.Parse(await client.CallAsync("pid"));

        client.Stream.Dispose();

        await host.UntilSessionsAsync(1);
        await Wait.UntilAsync(() => !host.Processes.Contains(process), "its process has ended");
        var answer = await client.PostAsync(Rpc.Request("ping"));
        Assert.Equal((HttpStatusCode.NotFound, "Could not find session"), (answer.Status, answer.Body));
        Assert.Equal("[1]", await other.CallAsync("echo", "[1]"));
    }

    [Fact]
    public async Task Stream_DroppedWhileTheBackendHangs_LeavesNothingThatWaitsForIt()
    {
        // The clock stands still, so --initialize-timeout does not pass.
        var clock = new ManualClock();
        var host = await StartAsync(FaultServer.Shared("--no-initialize"), clock: clock);
        using var client = await host.OpenSseAsync();
        client.PostsApart = true;
        await client.PostAsync(Rpc.Initialize());
        await client.PostAsync(Rpc.Initialized);
        await client.PostAsync(Rpc.Notification("own/notification"));
        await client.PostAsync(Rpc.Request("own/request", id: "7"));
        await Wait.UntilAsync(() => host.Pool.Outstanding >= 4, "all four wait for the backend");

        client.Stream.Dispose();

        await Wait.UntilAsync(() => host.Pool.Outstanding == 0, () => $"nothing is kept of {host.Pool.Outstanding}");
        await host.UntilSessionsAsync(0);
        Assert.DoesNotContain(host.Log.Records, record => record.Level >= LogLevel.Warning);
    }

    [Fact]
    public async Task Post_MoreThanMayWaitForTheBackend_Is429()
    {
        var clock = new ManualClock();
        var host = await StartAsync(FaultServer.Shared("--no-initialize"), clock: clock);
        using var client = await host.OpenSseAsync();
        client.PostsApart = true;
        await client.PostAsync(Rpc.Initialize());

        var many = $"[{string.Join(',', Enumerable.Repeat(Rpc.Notification("own/notification"), 512))}]";
        Assert.Equal(HttpStatusCode.Accepted, (await client.PostAsync(many)).Status);
        Assert.Equal(HttpStatusCode.Accepted, (await client.PostAsync(many)).Status);

        Assert.Equal(HttpStatusCode.TooManyRequests, (await client.PostAsync(Rpc.Notification("own/notification"))).Status);
        Assert.Equal(HttpStatusCode.Accepted, (await client.PostAsync(Rpc.Cancelled("7"))).Status);
        Assert.Equal(HttpStatusCode.Accepted, (await client.PostAsync("""{"jsonrpc":"2.0","id":"asked","result":{}}""")).Status);
    }

    [Fact]
    public async Task Stream_DroppedBySubscriber_UnsubscribesAndCancels()
    {
        var host = await StartAsync(FaultServer.Shared());
        var (client, other) = (await host.ConnectSseAsync(), await host.ConnectAsync());
        await client.RequestAsync(Rpc.Request("resources/subscribe", """{"uri":"a:1"}"""));
        await client.PostAsync(Rpc.Call("sleep", """{"ms":600000}"""));

        client.Stream.Dispose();
        await host.UntilSessionsAsync(1);

        await Wait.UntilAsync(
            async () => (await other.SeenAsync()) is var seen && seen.Any(line => line.Contains("notifications/cancelled", StringComparison.Ordinal))
                && seen.Any(line => line.Contains("resources/unsubscribe", StringComparison.Ordinal)),
            () => "the backend was told");
    }

    [Fact]
    public async Task KeepAlive_SilentStream_CarriesAComment()
    {
        var clock = new ManualClock();
        var host = await StartAsync(FaultServer.Shared(), clock: clock);
        var client = await host.ConnectSseAsync();

        var next = client.Stream.ReadEventAsync();
        await clock.PassUntilAsync(next, "a comment came");

        Assert.Equal("keep-alive", (await next)?.Comment);
    }

    [Fact]
    public async Task Server_Unknown_Is404()
    {
        var host = await StartAsync(FaultServer.Shared());
        var client = new McpClient(host.Uri("/sse", "nobody"));

        Assert.Equal(HttpStatusCode.NotFound, (await client.GetAsync()).Status);
    }

    [Fact]
    public async Task Cancelled_Request_IsAnsweredOnTheStream()
    {
        var host = await StartAsync(FaultServer.Shared());
        var client = await host.ConnectSseAsync();
        await client.PostAsync(Rpc.Call("sleep", """{"ms":600000}""", "\"a\""));

        await client.PostAsync(Rpc.Cancelled("\"a\""));

        var answer = await client.Stream.ReadResponseAsync();
        Assert.Equal(("\"a\"", -32800), (answer.Id(), answer.ErrorCode()));
    }
}
