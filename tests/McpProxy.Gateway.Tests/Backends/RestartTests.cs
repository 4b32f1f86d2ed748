using System.Net;
using System.Text.Json;
using McpProxy.Gateway.Configuration;
using McpProxy.Gateway.Tests.Harness;

namespace McpProxy.Gateway.Tests.Backends;

/// <summary>A child that dies is started again, and its sessions go on.</summary>
public sealed class RestartTests : GatewayTest
{
    [Theory]
    [InlineData(nameof(SharingMode.Shared))]
    [InlineData(nameof(SharingMode.Dedicated))]
    public async Task Exit_RequestsInFlight_AreAnsweredAtOnceAndTheNextOneWorks(string sharing)
    {
        var host = await StartAsync(FaultServer.Create(Enum.Parse<SharingMode>(sharing)));
        var client = await host.ConnectAsync();
        var process = await client.ProcessIdAsync();
        var sleeping = await Task.WhenAll(Enumerable.Range(2, 20).Select(id => client.StreamAsync(Rpc.Call("sleep", """{"ms":600000}""", $"{id}"))));

        GatewayHost.Kill(process);

        var answers = await Task.WhenAll(sleeping.Select(stream => stream.ReadResponseAsync()));
        Assert.All(answers, answer => Assert.Equal(-32000, answer.ErrorCode()));
        Assert.Equal(Enumerable.Range(2, 20).Select(id => $"{id}"), answers.Select(answer => answer.Id()));
        Assert.NotEqual(process, await client.ProcessIdAsync());
    }

    [Fact]
    public async Task Exit_SharedBackend_IsSetUpAsItWas()
    {
        var host = await StartAsync(FaultServer.Shared());
        var (client, other) = (await host.ConnectAsync(), await host.ConnectAsync());
        await client.RequestAsync(Rpc.Request("resources/subscribe", """{"uri":"a:1"}"""));
        await other.RequestAsync(Rpc.Request("resources/subscribe", """{"uri":"a:1"}"""));
        await other.RequestAsync(Rpc.Request("logging/setLevel", """{"level":"error"}"""));
        await client.RequestAsync(Rpc.Request("logging/setLevel", """{"level":"warning"}"""));

        await CrashAsync(host, client);

        Assert.Equal(
            ["initialize", "notifications/initialized", "logging/setLevel", "resources/subscribe", "tools/call"],
            (await client.SeenAsync()).Select(line => JsonElement.Parse(line).Method()));
        Assert.Equal("warning", (await client.AskAsync("level")).GetString());
        Assert.Equal("""[{"uri":"a:1","subscribed":1,"unsubscribed":0}]""", await client.CallAsync("subscriptions"));
    }

    [Fact]
    public async Task Exit_SharedBackend_SessionsAreToldThatItsListsMayHaveChanged()
    {
        var host = await StartAsync(FaultServer.Shared());
        var (client, other) = (await host.ConnectAsync(), await host.ConnectAsync());
        var (stream, otherStream) = (await client.ListenAsync(), await other.ListenAsync());

        await CrashAsync(host, client);

        foreach (var listening in (SseStream[])[stream, otherStream])
        {
            // It declares listChanged of these two.
            Assert.Equal("notifications/prompts/list_changed", (await listening.ReadAsync()).Method());
            Assert.Equal("notifications/resources/list_changed", (await listening.ReadAsync()).Method());
        }
    }

    [Fact]
    public async Task Exit_DedicatedBackend_HearsWhatTheClientSaidToSetItUp()
    {
        var host = await StartAsync(FaultServer.Dedicated());
        var client = await host.ConnectAsync(capabilities: Rpc.Answers);
        await client.RequestAsync(Rpc.Request("resources/subscribe", """{"uri":"a:1"}"""));
        await client.RequestAsync(Rpc.Request("resources/subscribe", """{"uri":"a:2"}"""));
        await client.RequestAsync(Rpc.Request("resources/unsubscribe", """{"uri":"a:1"}"""));
        await client.RequestAsync(Rpc.Request("logging/setLevel", """{"level":"error"}"""));

        await CrashAsync(host, client);

        Assert.Equal(
            [
                Rpc.Initialize(capabilities: Rpc.Answers), Rpc.Initialized, Rpc.Request("logging/setLevel", """{"level":"error"}"""),
                Rpc.Request("resources/subscribe", """{"uri":"a:2"}"""), Rpc.Call("seen"),
            ],
            await client.SeenAsync());
    }

    [Fact]
    public async Task Exit_OneDedicatedBackend_LeavesTheOthersAlone()
    {
        var host = await StartAsync(FaultServer.Dedicated());
        var (client, other) = (await host.ConnectAsync(), await host.ConnectAsync());
        var asking = await other.StreamAsync(Rpc.Call("ask"));
        var request = await asking.ReadAsync("roots/list");

        await CrashAsync(host, client);
        await other.PostAsync(Rpc.Result(request.Id()));

        Assert.Equal("""{"result":{}}""", (await asking.ReadResponseAsync()).Text());
        Assert.Equal("[1]", await client.CallAsync("echo", "[1]"));
    }

    [Theory]
    [InlineData(nameof(SharingMode.Shared))]
    [InlineData(nameof(SharingMode.Dedicated))]
    public async Task Exit_AgainAndAgain_SessionGoesOn(string sharing)
    {
        // It answers the handshake and two calls, and exits when the next one comes.
        var clock = new ManualClock();
        var host = await StartAsync(FaultServer.Create(Enum.Parse<SharingMode>(sharing), "--exit-after", "3"), clock: clock);
        var client = await host.ConnectAsync();

        for (var restarts = 1; restarts < 5; restarts++)
        {
            Assert.Equal("[1]", await client.CallAsync("echo", "[1]"));
            Assert.Equal("[2]", await client.CallAsync("echo", "[2]"));
            Assert.Equal(-32000, (await client.RequestAsync(Rpc.Call("echo"))).ErrorCode());
            await clock.PassUntilAsync(() => host.Backend.GetStatus() is { Connections: 1 } status && status.Restarts == restarts, "it was started again");
        }
    }

    [Fact]
    public async Task Exit_AnswerWrittenJustBefore_IsDelivered()
    {
        var host = await StartAsync(ScriptedServer.Shared("""initialize; hear; result '{"last":"words"}'; exit 3"""));
        var client = await host.ConnectAsync();

        var answer = await client.RequestAsync(Rpc.Request("any"));

        Assert.Equal("""{"last":"words"}""", answer.GetProperty("result").GetRawText());
    }

    [Theory]
    [InlineData(nameof(SharingMode.Shared))]
    [InlineData(nameof(SharingMode.Dedicated))]
    public async Task Exit_AnswerToWhatItAsked_IsNotForTheNextProcess(string sharing)
    {
        var clock = new ManualClock();
        var host = await StartAsync(FaultServer.Create(Enum.Parse<SharingMode>(sharing)), clock: clock);
        var client = await host.ConnectAsync(capabilities: Rpc.Answers);
        var process = await client.ProcessIdAsync();
        var asking = await client.StreamAsync(Rpc.Call("ask"));
        var request = await asking.ReadAsync("roots/list");
        GatewayHost.Kill(process);
        await host.Log.UntilAsync("starting it again in 0.5 s");

        var answering = client.PostAsync(Rpc.Result(request.Id(), """{"roots":[]}"""));
        await host.Log.UntilAsync("answer was not delivered");
        await clock.PassUntilAsync(() => host.Backend.GetStatus().Connections == 1, "it was started again");

        Assert.Equal(HttpStatusCode.Accepted, (await answering).Status);
        Assert.DoesNotContain(await client.SeenAsync(), line => line.Contains("\"roots\":[]", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Exit_NothingInFlight_NextRequestWaitsForTheRestart()
    {
        var host = await StartAsync(FaultServer.Shared());
        var client = await host.ConnectAsync();

        await CrashAsync(host, client);

        Assert.Equal("[1]", await client.CallAsync("echo", "[1]"));
    }

    [Fact]
    public async Task Exit_AtEveryStart_IsTriedAgainEverMoreSlowly()
    {
        var clock = new ManualClock();
        var host = await StartAsync(FaultServer.Shared("--exit-at-start", "7"), clock: clock);

        await clock.PassUntilAsync(() => host.Log.Count("starting it again in 30 s") == 2, "the delay has grown to its limit");

        Assert.Equal(
            ["0.5", "1", "2", "4", "8", "16", "30", "30"],
            host.Log.Records.Where(record => record.Text.Contains(" again in ", StringComparison.Ordinal)).Select(record => record.Text.Split(" again in ")[1].Split(" s ")[0]));
    }

    [Fact]
    public async Task Exit_AtStart_IsLoggedWithItsCode()
    {
        var host = await StartAsync(FaultServer.Shared("--exit-at-start", "7"));

        await host.Log.UntilAsync("exited with code 7; starting it again in 0.5 s");
    }

    [Fact]
    public async Task Exit_AfterAMinuteOfHealth_IsTriedAgainAsAtFirst()
    {
        var clock = new ManualClock();
        var host = await StartAsync(FaultServer.Shared(), clock: clock);
        var client = await host.ConnectAsync();
        GatewayHost.Kill(await client.ProcessIdAsync());
        await clock.PassUntilAsync(() => host.Log.Count("initialized, revision") == 2, "it was started again");

        clock.Advance(TimeSpan.FromMinutes(1));
        GatewayHost.Kill(await client.ProcessIdAsync());
        await clock.PassUntilAsync(() => host.Log.Count("initialized, revision") == 3, "it was started again");

        Assert.Equal(2, host.Log.Count("starting it again in 0.5 s (restart 1)"));
    }

    // Kills the process of a session, and waits until the gateway knows.
    private static async Task CrashAsync(GatewayHost host, McpClient client)
    {
        GatewayHost.Kill(await client.ProcessIdAsync());
        await host.Log.UntilAsync("starting it again in 0.5 s");
    }
}
