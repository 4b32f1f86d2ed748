using System.Net;
using McpProxy.Gateway.Configuration;
using McpProxy.Gateway.Tests.Harness;

namespace McpProxy.Gateway.Tests.Backends;

/// <summary>The configuration changes while sessions are open.</summary>
public sealed class BackendRegistryTests : GatewayTest
{
    [Theory]
    [InlineData(nameof(SharingMode.Shared))]
    [InlineData(nameof(SharingMode.Dedicated))]
    public async Task Apply_EntryThatDidNotChange_KeepsItsSessionsAndProcesses(string sharing)
    {
        var mode = Enum.Parse<SharingMode>(sharing);
        var host = await StartAsync(Set(("kept", FaultServer.Create(mode)), ("changed", FaultServer.Create(mode)), ("removed", FaultServer.Create(mode))));
        var client = await host.ConnectAsync("kept", Rpc.Answers);
        var process = await client.ProcessIdAsync();
        var asking = await client.StreamAsync(Rpc.Call("ask"));
        var request = await asking.ReadAsync("roots/list");

        await host.ApplyAsync(Set(("kept", FaultServer.Create(mode)), ("changed", FaultServer.Create(mode, "--pretty-crlf")), ("added", FaultServer.Create(mode))));
        await client.PostAsync(Rpc.Result(request.Id()));

        Assert.Equal("""{"result":{}}""", (await asking.ReadResponseAsync()).Text());
        Assert.Equal(process, await client.ProcessIdAsync());
    }

    [Fact]
    public async Task Apply_EntryAdded_IsServed()
    {
        var host = await StartAsync(FaultServer.Shared());

        await host.ApplyAsync(Set(("default", FaultServer.Shared()), ("added", FaultServer.Shared())));

        Assert.Equal("[1]", await (await host.ConnectAsync("added")).CallAsync("echo", "[1]"));
    }

    [Theory]
    [InlineData(nameof(SharingMode.Shared))]
    [InlineData(nameof(SharingMode.Dedicated))]
    public async Task Apply_EntryChanged_EndsItsSessionsSoThatClientsStartAnew(string sharing)
    {
        var mode = Enum.Parse<SharingMode>(sharing);
        var host = await StartAsync(FaultServer.Create(mode));
        var client = await host.ConnectAsync();
        var process = await client.ProcessIdAsync();
        var sleeping = await client.StreamAsync(Rpc.Call("sleep", """{"ms":600000}"""));

        var changed = FaultServer.Create(mode);
        changed.Env["A"] = "1";
        await host.ApplyAsync(Set(("default", changed)));

        Assert.Equal(-32000, (await sleeping.ReadResponseAsync()).ErrorCode());
        Assert.Equal(HttpStatusCode.NotFound, (await client.PostAsync(Rpc.Request("ping"))).Status);
        Assert.DoesNotContain(process, host.Processes);
        Assert.Equal("[1]", await (await host.ConnectAsync()).CallAsync("echo", "[1]"));
    }

    [Fact]
    public async Task Apply_EntryRemovedOrDisabled_IsNotServed()
    {
        var host = await StartAsync(Set(("default", FaultServer.Shared()), ("removed", FaultServer.Shared()), ("disabled", FaultServer.Shared())));
        var (removed, disabled) = (await host.ConnectSseAsync("removed"), await host.ConnectAsync("disabled"));

        var off = FaultServer.Shared();
        off.Disabled = true;
        await host.ApplyAsync(Set(("default", FaultServer.Shared()), ("disabled", off)));

        Assert.Null(await removed.Stream.TryReadAsync());
        Assert.Equal(HttpStatusCode.NotFound, (await disabled.PostAsync(Rpc.Request("ping"))).Status);
        await host.UntilSessionsAsync(0);
        await host.UntilProcessesAsync(1);
    }

    [Fact]
    public async Task Apply_ServerThatDidNotSpeakTheModernEra_IsProbedAgain()
    {
        var host = await StartAsync(FaultServer.Auto());
        Assert.Equal(HttpStatusCode.BadRequest, await PostModernAsync(host));

        await host.ApplyAsync(Set(("default", FaultServer.Auto("--modern"))));

        Assert.Equal(HttpStatusCode.OK, await PostModernAsync(host));
    }

    [Fact]
    public async Task Apply_WhileWhatIsGoneIsStillStopping_IsNotHeldUp()
    {
        var clock = new ManualClock();
        var host = await StartAsync(Set(("stubborn", Stubborn())), clock: clock);
        await host.Log.UntilAsync("[stubborn] ready");
        host.Apply(Set());
        await host.Log.UntilAsync("[stubborn] stopping");

        host.Apply(Set(("stubborn", FaultServer.Shared())));

        // The clock stands still, so the one that is gone is still there.
        Assert.Equal("[1]", await (await host.ConnectAsync("stubborn")).CallAsync("echo", "[1]"));
        Assert.False(host.Backends.Leaving.IsCompleted);
        await clock.PassUntilAsync(host.Backends.Leaving, "the one that is gone has stopped");
    }

    [Fact]
    public async Task Stop_WhileWhatIsGoneIsStillStopping_StopsAllTogether()
    {
        var clock = new ManualClock();
        var step = TimeSpan.FromSeconds(0.4); // Of one second.
        var host = await StartAsync(Set(("gone", Stubborn()), ("kept", Stubborn())), options => options.ShutdownTimeout = TimeSpan.FromSeconds(1), clock);
        await Wait.UntilAsync(() => host.Log.Count("] ready") == 2, "both ignore SIGTERM");
        host.Apply(Set(("kept", Stubborn())));
        await clock.UntilTimerAsync(TimeSpan.FromSeconds(2));

        var stopping = host.Worker.StopAsync(TestContext.Current.CancellationToken);
        await host.PassStoppingOfTwoAsync(clock, step, stopping);
    }

    [Fact]
    public async Task Apply_AfterTheStop_StartsNothing()
    {
        var host = await StartAsync(FaultServer.Shared());
        await host.StopAsync();

        host.Apply(Set(("late", FaultServer.Shared())));

        Assert.Empty(host.Backends.All);
    }

    // Ignores the end of its stdin, and SIGTERM.
    private static BackendOptions Stubborn() =>
        ScriptedServer.Shared("trap '' TERM; echo ready >&2; (initialize; while :; do hear; done); while :; do sleep 0.1; done");

    private static async Task<HttpStatusCode> PostModernAsync(GatewayHost host)
    {
        const string Body = """{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28"}}}""";
        return (await host.Client().PostAsync(Body, request =>
        {
            McpClient.Set(request, "MCP-Protocol-Version", "2026-07-28");
            McpClient.Set(request, "Mcp-Method", "tools/list");
        })).Status;
    }

    private static Dictionary<string, BackendOptions> Set(params (string Name, BackendOptions Backend)[] backends) =>
        backends.ToDictionary(entry => entry.Name, entry => entry.Backend, StringComparer.Ordinal);
}
