using System.Net;
using McpProxy.Gateway.Configuration;
using McpProxy.Gateway.Tests.Harness;

namespace McpProxy.Gateway.Tests.Backends;

/// <summary>A backend that fails is told as it is, in bounded time, and harms no other.</summary>
public sealed class FailureTests : GatewayTest
{
    [Theory]
    [InlineData(nameof(SharingMode.Shared))]
    [InlineData(nameof(SharingMode.Dedicated))]
    public async Task Start_CommandThatIsNotThere_IsToldWithoutItsName(string sharing)
    {
        var host = await StartBesideAsync(new BackendOptions { Command = "no-such-command-secret", Sharing = Enum.Parse<SharingMode>(sharing) });

        var answer = await host.Client("bad").PostAsync(Rpc.Initialize(id: "\"é\""));

        Assert.Equal((HttpStatusCode.OK, "\"é\"", -32003), (answer.Status, answer.Response.Id(), answer.Response.ErrorCode()));
        Assert.Contains("not found", answer.Body, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", answer.Body, StringComparison.Ordinal);
        await GoodOneWorksAsync(host);
    }

    [Theory]
    [InlineData(nameof(SharingMode.Shared))]
    [InlineData(nameof(SharingMode.Dedicated))]
    public async Task Start_FolderThatIsNotThere_IsToldWithoutItsPath(string sharing)
    {
        var backend = FaultServer.Create(Enum.Parse<SharingMode>(sharing));
        backend.Cwd = "/no/such/secret";
        var host = await StartBesideAsync(backend);

        var answer = await host.Client("bad").PostAsync(Rpc.Initialize());

        Assert.Equal(-32003, answer.Response.ErrorCode());
        Assert.Contains("working directory", answer.Body, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", answer.Body, StringComparison.Ordinal);
        await GoodOneWorksAsync(host);
    }

    [Theory]
    [InlineData(nameof(SharingMode.Shared))]
    [InlineData(nameof(SharingMode.Dedicated))]
    public async Task Start_ExitsAtOnce_IsToldAndWhatItPrintedIsLogged(string sharing)
    {
        var host = await StartBesideAsync(FaultServer.Create(Enum.Parse<SharingMode>(sharing), "--exit-at-start", "7"));

        var answer = await host.Client("bad").PostAsync(Rpc.Initialize());

        Assert.Equal((HttpStatusCode.OK, -32003), (answer.Status, answer.Response.ErrorCode()));
        await host.Log.UntilAsync("[bad] fault-server: exits at start with code 7");
        await GoodOneWorksAsync(host);
    }

    [Theory]
    [InlineData(nameof(SharingMode.Shared))]
    [InlineData(nameof(SharingMode.Dedicated))]
    public async Task Initialize_NeverAnswered_IsToldWhenTheTimeIsUp(string sharing)
    {
        var clock = new ManualClock();
        var backend = FaultServer.Create(Enum.Parse<SharingMode>(sharing), "--no-initialize");
        backend.Timeout = TimeSpan.FromSeconds(7);
        var host = await StartBesideAsync(backend, clock);

        var answering = host.Client("bad").PostAsync(Rpc.Initialize(id: "\"é\""));
        await clock.PassUntilAsync(answering, "it is answered");

        var answer = await answering;
        Assert.Equal(("\"é\"", -32003), (answer.Response.Id(), answer.Response.ErrorCode()));
        Assert.Contains("--initialize-timeout", answer.Body, StringComparison.Ordinal);
        Assert.InRange(clock.GetUtcNow() - ManualClock.Start, backend.Timeout.Value, backend.Timeout.Value * 3);
        await GoodOneWorksAsync(host);
        Assert.Equal(1, host.Sessions.Count);
    }

    [Fact]
    public async Task Initialize_Slow_IsWaitedForByAllWhoCome()
    {
        var host = await StartAsync(FaultServer.Shared("--slow-initialize", "300"));

        var clients = await Task.WhenAll(host.ConnectAsync(), host.ConnectAsync(), host.ConnectAsync());

        Assert.All(await Task.WhenAll(clients.Select(client => client.CallAsync("echo", "[1]"))), text => Assert.Equal("[1]", text));
    }

    [Fact]
    public async Task Initialize_Refused_IsToldAndTriedAgain()
    {
        var host = await StartAsync(ScriptedServer.Shared(
            """hear; say "{\"jsonrpc\":\"2.0\",\"id\":$id,\"error\":{\"code\":-32602,\"message\":\"secret\"}}" """));

        var answer = await host.Client().PostAsync(Rpc.Initialize());

        Assert.Equal(-32003, answer.Response.ErrorCode());
        Assert.DoesNotContain("secret", answer.Body, StringComparison.Ordinal);
        await host.Log.UntilAsync("starting it again");
    }

    [Fact]
    public async Task Initialize_RefusedOnADedicatedConnection_IsTheServersOwnAnswer()
    {
        var host = await StartAsync(ScriptedServer.Dedicated(
            """hear; say "{\"jsonrpc\":\"2.0\",\"id\":$id,\"error\":{\"code\":-32602,\"message\":\"mine\"}}" """));

        var answer = await host.Client().PostAsync(Rpc.Initialize());

        Assert.Equal((-32602, "mine"), (answer.Response.ErrorCode(), answer.Response.ErrorText()));
        Assert.Equal(0, host.Sessions.Count);
    }

    [Theory]
    [InlineData(nameof(SharingMode.Shared))]
    [InlineData(nameof(SharingMode.Dedicated))]
    public async Task Stdout_WithJunk_IsReadPast(string sharing)
    {
        var host = await StartAsync(FaultServer.Create(Enum.Parse<SharingMode>(sharing), "--junk-stdout"));
        var client = await host.ConnectAsync();

        Assert.Equal("[1]", await client.CallAsync("echo", "[1]"));
        Assert.Equal("[2]", await client.CallAsync("echo", "[2]"));
        Assert.True(host.Log.Has("not a message") || host.Log.Has("no message"));
    }

    [Fact]
    public async Task Stderr_Flooded_HoldsUpNothing()
    {
        var host = await StartAsync(FaultServer.Shared("--flood-stderr", "20000"));
        var client = await host.ConnectAsync();

        Assert.Equal("[1]", await client.CallAsync("echo", "[1]"));
        await host.Log.UntilAsync("flood line 20000 of 20000");
    }

    [Fact]
    public async Task Stdout_FloodedForNobody_HoldsUpNothing()
    {
        // After each answer, and no session has a stream for it: only so much is kept.
        var host = await StartAsync(FaultServer.Shared("--flood-stdout", "5000"), options => options.ReplayEvents = 10);
        var client = await host.ConnectAsync();

        for (var i = 0; i < 10; i++)
        {
            Assert.Equal($"[{i}]", (await client.PostAsync(Rpc.Call("echo", $"[{i}]"), McpClient.AcceptJson)).Response.Text());
        }

        await Wait.UntilSteadyAsync(() => host.Pool.Outstanding, "the number of messages in the gateway");
        Assert.InRange(host.Pool.Outstanding, 0, 20);
        Assert.InRange(host.Log.Count("were dropped"), 1, 100);
    }

    [Fact]
    public async Task Start_BackendThatHangs_DelaysNeitherThePortNorTheOthers()
    {
        var host = await StartBesideAsync(FaultServer.Shared("--no-initialize"));

        await GoodOneWorksAsync(host);
        Assert.Equal(HttpStatusCode.OK, (await host.Client().GetAtAsync("/status")).Status);
    }

    [Fact]
    public async Task Stdin_ClosedByTheBackend_FailsTheCallsThatCannotReachIt()
    {
        var host = await StartAsync(ScriptedServer.Shared("initialize; exec 0<&-; echo closed >&2; while :; do sleep 0.1; done"));
        var client = await host.ConnectAsync();
        await host.Log.UntilAsync("closed");

        var answer = await client.RequestAsync(Rpc.Request("any"));

        Assert.Equal(-32000, answer.ErrorCode());
    }

    [Fact]
    public async Task Ping_FromABackendThatReadsNothing_DoesNotKeepTheGatewayFromStopping()
    {
        var host = await StartAsync(ScriptedServer.Shared(
            $$"""
            initialize
            i=0; while [ $i -lt 5000 ]; do say '{"jsonrpc":"2.0","id":"{{new string('x', 500)}}","method":"ping"}'; i=$((i+1)); done
            while :; do sleep 0.1; done
            """));
        await host.ConnectAsync();
        await Wait.UntilSteadyAsync(() => host.Pool.Outstanding, "the number of messages in the gateway");

        await host.StopAsync();
    }

    private Task<GatewayHost> StartBesideAsync(BackendOptions bad, ManualClock? clock = null) =>
        StartAsync(new Dictionary<string, BackendOptions> { ["default"] = FaultServer.Shared(), ["bad"] = bad }, clock: clock);

    private static async Task GoodOneWorksAsync(GatewayHost host) => Assert.Equal("[1]", await (await host.ConnectAsync()).CallAsync("echo", "[1]"));
}
