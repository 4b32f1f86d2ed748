using System.Net;
using McpProxy.Gateway.Configuration;
using McpProxy.Gateway.Tests.Harness;

namespace McpProxy.Gateway.Tests.Sessions;

/// <summary>How many sessions there may be, and how they end.</summary>
public sealed class SessionTests : GatewayTest
{
    private static readonly TimeSpan IdleTimeout = TimeSpan.FromMinutes(30);

    [Fact]
    public async Task Idle_ForTooLong_EndsTheSessionAndItsProcess()
    {
        var clock = new ManualClock();
        var host = await StartAsync(FaultServer.Dedicated(), clock: clock);
        var client = await host.ConnectAsync();
        var process = await client.ProcessIdAsync();

        clock.Advance(IdleTimeout - TimeSpan.FromSeconds(2));
        Assert.Equal(1, host.Sessions.Count);
        await clock.PassUntilAsync(() => host.Sessions.Count == 0, "the session has ended");
        await clock.PassUntilAsync(() => !host.Processes.Contains(process), "its process has ended");

        Assert.Equal(HttpStatusCode.NotFound, (await client.PostAsync(Rpc.Request("ping"))).Status);
    }

    [Fact]
    public async Task Idle_WithMessagesNowAndThen_IsNone()
    {
        var clock = new ManualClock();
        var host = await StartAsync(FaultServer.Shared(), clock: clock);
        var client = await host.ConnectAsync();

        for (var i = 0; i < 4; i++)
        {
            clock.Advance(IdleTimeout * 0.9);
            Assert.Equal(HttpStatusCode.Accepted, (await client.PostAsync(Rpc.Notification("notifications/own"))).Status);
        }
    }

    [Fact]
    public async Task Idle_WithAnOpenStream_IsNone()
    {
        var clock = new ManualClock();
        var host = await StartAsync(FaultServer.Shared(), clock: clock);
        var (client, witness) = (await host.ConnectAsync(), await host.ConnectAsync());
        var stream = await client.ListenAsync();

        await ExpireAsync(host, clock, sessions: 1);

        Assert.Equal("[1]", await client.CallAsync("echo", "[1]"));
        Assert.Equal(HttpStatusCode.NotFound, (await witness.PostAsync(Rpc.Request("ping"))).Status);
        stream.Dispose();
        await Wait.UntilAsync(() => host.Aborted == 1, "the gateway knows that the client left");
        await ExpireAsync(host, clock, sessions: 0);
    }

    [Fact]
    public async Task Idle_WithAWaitingPost_IsNone()
    {
        var clock = new ManualClock();
        var host = await StartAsync(FaultServer.Dedicated(), clock: clock);
        var (client, witness) = (await host.ConnectAsync(capabilities: Rpc.Answers), await host.ConnectAsync());
        var listening = await client.ListenAsync();
        var asking = client.RequestJsonAsync(Rpc.Call("ask"));
        var request = await listening.ReadAsync("roots/list");
        listening.Dispose();
        await Wait.UntilAsync(() => host.Aborted == 1, "the gateway knows that the client left");

        await ExpireAsync(host, clock, sessions: 1);
        await client.PostAsync(Rpc.Result(request.Id()));

        Assert.Equal("""{"result":{}}""", (await asking).Text());
        Assert.Equal(HttpStatusCode.NotFound, (await witness.PostAsync(Rpc.Request("ping"))).Status);
    }

    [Fact]
    public async Task Idle_ClientGoneWithACallUnderWay_EndsTheSession()
    {
        var clock = new ManualClock();
        var host = await StartAsync(FaultServer.Dedicated(), clock: clock);
        var client = await host.ConnectAsync(capabilities: Rpc.Answers);
        var asking = await client.StreamAsync(Rpc.Call("ask"));

        asking.Dispose();
        await Wait.UntilAsync(() => host.Aborted == 1, "the gateway knows that the client left");

        await ExpireAsync(host, clock, sessions: 0);
    }

    [Fact]
    public async Task Open_OverTheLimit_Is429UntilOneEnds()
    {
        var host = await StartAsync(FaultServer.Shared(), options => options.MaxSessions = 2);
        var client = await host.ConnectAsync();
        var stream = await host.ConnectSseAsync();

        var refused = await host.Client().PostAsync(Rpc.Initialize(id: "\"é\""));
        Assert.Equal((HttpStatusCode.TooManyRequests, "5"), (refused.Status, refused.Headers["Retry-After"]));
        Assert.Equal(("\"é\"", -32005), (refused.Response.Id(), refused.Response.ErrorCode()));

        await client.DeleteAsync();
        await host.ConnectAsync();
        stream.Dispose();
        await host.UntilSessionsAsync(1);
        await host.ConnectSseAsync();
    }

    [Fact]
    public async Task Open_OverTheLimit_MayTakeThePlaceOfTheSessionThatWasIdleLongest()
    {
        var clock = new ManualClock();
        var host = await StartAsync(FaultServer.Shared(), options => (options.MaxSessions, options.EvictIdleSessions) = (3, true), clock);
        var stream = await host.ConnectSseAsync();
        var (oldest, older) = (await host.ConnectAsync(), await host.ConnectAsync());
        clock.Advance(TimeSpan.FromSeconds(5));
        await oldest.RequestAsync(Rpc.Request("ping"));

        var newest = await host.ConnectAsync();

        Assert.Equal(3, host.Sessions.Count);
        Assert.Equal(HttpStatusCode.NotFound, (await older.PostAsync(Rpc.Request("ping"))).Status);
        await oldest.RequestAsync(Rpc.Request("ping"));
        await newest.RequestAsync(Rpc.Request("ping"));
        await stream.RequestAsync(Rpc.Request("ping"));
    }

    // Who has a stream open, or a call under way, is not idle.
    [Fact]
    public async Task Open_OverTheLimitAndAllInUse_IsRefused()
    {
        var host = await StartAsync(FaultServer.Shared(), options => (options.MaxSessions, options.EvictIdleSessions) = (2, true));
        var (client, _) = (await host.ConnectAsync(), await host.ConnectSseAsync());
        await client.StreamAsync(Rpc.Call("sleep", """{"ms":600000}""", "7"));

        Assert.Equal(HttpStatusCode.TooManyRequests, (await host.Client().PostAsync(Rpc.Initialize())).Status);
        Assert.Equal(2, host.Sessions.Count);
    }

    [Fact]
    public async Task Open_InitializeThatFails_LeavesNoSession()
    {
        var host = await StartAsync(FaultServer.Dedicated("--exit-at-start", "7"));

        var answer = await host.Client().PostAsync(Rpc.Initialize(id: "\"é\""));

        Assert.Equal((HttpStatusCode.OK, "\"é\"", -32003), (answer.Status, answer.Response.Id(), answer.Response.ErrorCode()));
        Assert.DoesNotContain(McpClient.SessionHeader, answer.Headers.Keys);
        Assert.Equal(0, host.Sessions.Count);
    }

    [Theory]
    [InlineData(nameof(SharingMode.Shared))]
    [InlineData(nameof(SharingMode.Dedicated))]
    public async Task Open_ClientLeavesBeforeTheAnswer_LeavesNoSession(string sharing)
    {
        using var gate = new Gate();
        var host = await StartAsync(ScriptedServer.Create(Enum.Parse<SharingMode>(sharing), $"{gate.Wait}; initialize"));

        await host.Client().PostUntilAsync(Rpc.Initialize(), host.UntilSessionsAsync(1));
        await Wait.UntilAsync(() => host.Aborted == 1, "the gateway knows that the client left");
        gate.Open();

        await host.UntilSessionsAsync(0);
    }

    [Fact]
    public async Task Request_MoreThanMayBeInFlight_Is429()
    {
        var host = await StartAsync(FaultServer.Dedicated());
        var client = await host.ConnectAsync();
        var batch = Enumerable.Range(0, 1000).Select(id => Rpc.Call("sleep", """{"ms":600000}""", $"{id}"));
        var rest = Enumerable.Range(1000, 24).Select(id => Rpc.Call("sleep", """{"ms":600000}""", $"{id}"));
        await client.StreamAsync($"[{string.Join(',', batch)}]");
        await client.StreamAsync($"[{string.Join(',', rest)}]");

        var refused = await client.PostAsync(Rpc.Request("ping", id: "\"é\""));

        Assert.Equal((HttpStatusCode.TooManyRequests, "\"é\"", -32005), (refused.Status, refused.Response.Id(), refused.Response.ErrorCode()));
        await client.DeleteAsync();
    }

    [Fact]
    public async Task Stop_CallThatEndsSoon_IsAnswered()
    {
        using var gate = new Gate();
        var server = ScriptedServer.Shared($"initialize; hear; {gate.Wait}; result 7");
        var host = await StartAsync(server, options => options.ShutdownTimeout = TimeSpan.FromSeconds(30));
        var client = await host.ConnectAsync();
        var listening = await client.ListenAsync();
        var call = client.RequestAsync(Rpc.Request("any"));
        await host.Log.UntilAsync("\"any\"");

        var stop = host.StopAsync();
        Assert.Empty(await listening.ReadToEndAsync());
        gate.Open();

        Assert.Equal("7", (await call).GetProperty("result").GetRawText());
        await stop;
    }

    [Fact]
    public async Task Stop_CallThatDoesNotEnd_IsAnsweredWithAnError()
    {
        var host = await StartAsync(FaultServer.Shared());
        var client = await host.ConnectAsync();
        var sleeping = await client.StreamAsync(Rpc.Call("sleep", """{"ms":600000}"""));

        var stop = host.StopAsync();

        Assert.Equal(-32000, (await sleeping.ReadResponseAsync()).ErrorCode());
        await stop;
    }

    // Lets so much time pass that sessions without a client end, and waits until that many are left.
    private static async Task ExpireAsync(GatewayHost host, ManualClock clock, int sessions)
    {
        clock.Advance(IdleTimeout);
        await clock.PassUntilAsync(() => host.Sessions.Count == sessions, "sessions without a client have ended");
    }
}
