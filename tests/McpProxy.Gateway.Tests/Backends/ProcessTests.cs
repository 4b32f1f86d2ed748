using McpProxy.Gateway.Configuration;
using McpProxy.Gateway.Tests.Harness;

namespace McpProxy.Gateway.Tests.Backends;

/// <summary>No process is ever left behind. That none is, is checked at the end of every test.</summary>
public sealed class ProcessTests : GatewayTest
{
    [Theory]
    [InlineData(nameof(SharingMode.Shared))]
    [InlineData(nameof(SharingMode.Dedicated))]
    public async Task Stop_ServerThatLeavesWhenItsStdinCloses_IsNotTerminated(string sharing)
    {
        var host = await StartAsync(FaultServer.Create(Enum.Parse<SharingMode>(sharing)));
        await host.ConnectAsync();

        await host.StopAsync();

        await host.UntilProcessesAsync(0);
        Assert.False(host.Log.Has("terminating it"));
    }

    [Fact]
    public async Task Stop_ServerThatIgnoresEndOfFile_IsTerminated()
    {
        var clock = new ManualClock();
        var host = await StartAsync(FaultServer.Shared("--ignore-eof"), clock: clock);
        await host.ConnectAsync();

        await host.StopAsync();

        await host.UntilProcessesAsync(0);
        Assert.True(host.Log.Has("terminating it"));
    }

    [Fact]
    public async Task Stop_ServerThatIgnoresEverything_IsKilledWithItsTree()
    {
        var clock = new ManualClock();
        var host = await StartAsync(FaultServer.Shared("--ignore-eof", "--ignore-sigterm", "--spawn-child"), clock: clock);
        await host.ConnectAsync();
        await host.UntilProcessesAsync(2);

        await host.StopAsync();

        await host.UntilProcessesAsync(0);
        Assert.True(host.Log.Has("killing it"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Stop_ShutdownTimeoutShorterThanUsual_ShortensTheStepsOfAllProcesses(bool hasServed)
    {
        var clock = new ManualClock();
        var step = TimeSpan.FromSeconds(0.4); // Of one second.
        var host = await StartAsync(
            ScriptedServer.Dedicated("trap '' TERM; echo ready >&2; (initialize; while :; do hear; done); while :; do sleep 0.1; done"),
            options => options.ShutdownTimeout = TimeSpan.FromSeconds(1),
            clock);
        await host.ConnectAsync();
        await Wait.UntilAsync(() => host.Log.Count("] ready") == 2, "the process of the session and the spare ignore SIGTERM");

        var stopping = hasServed ? host.Worker.StopAsync(TestContext.Current.CancellationToken) : host.Backends.DisposeAsync().AsTask();
        await host.PassStoppingOfTwoAsync(clock, step, stopping);
    }

    [Theory]
    [InlineData("--spawn-child")]
    [InlineData("--spawn-detached")]
    public async Task Stop_ServerWithChildren_LeavesNone(string flag)
    {
        Assert.SkipUnless(MarkedProcesses.CanBeFound, "Processes are found in /proc.");
        var clock = new ManualClock();
        var host = await StartAsync(FaultServer.Dedicated(flag), clock: clock);
        await host.ConnectAsync();
        await host.UntilProcessesAsync(4);

        await host.StopAsync();

        await host.UntilProcessesAsync(0);
    }

    [Fact]
    public async Task Delete_SessionWhoseServerHasChildren_LeavesNone()
    {
        Assert.SkipUnless(MarkedProcesses.CanBeFound, "Processes are found in /proc.");
        var host = await StartAsync(FaultServer.Dedicated("--spawn-child"));
        var client = await host.ConnectAsync();
        await host.UntilProcessesAsync(4);

        await client.DeleteAsync();

        await host.UntilProcessesAsync(2); // The spare's.
    }

    [Theory]
    [InlineData(nameof(SharingMode.Shared), "--spawn-child")]
    [InlineData(nameof(SharingMode.Shared), "--spawn-detached")]
    [InlineData(nameof(SharingMode.Dedicated), "--spawn-child")]
    public async Task Crash_ServerWithChildren_LeavesNone(string sharing, string flag)
    {
        Assert.SkipUnless(MarkedProcesses.CanBeFound, "Processes are found in /proc.");
        var host = await StartAsync(FaultServer.Create(Enum.Parse<SharingMode>(sharing), flag));
        var client = await host.ConnectAsync();
        var process = await client.ProcessIdAsync();
        await Wait.UntilAsync(() => host.Processes.Count == (sharing == nameof(SharingMode.Shared) ? 2 : 4), "children have been started");
        var before = host.Processes;

        GatewayHost.Kill(process);
        await host.Log.UntilAsync("starting it again");
        Assert.NotEqual(process, await client.ProcessIdAsync());
        await host.StopAsync();

        await Wait.UntilAsync(() => !host.Processes.Intersect(before).Any(), "the tree of the process that crashed has ended");
    }

    [Fact]
    public async Task Start_Again_DoesNotWaitForTheChildrenOfWhatCrashed()
    {
        // The grandchild holds stdout open; the answer must come though there is no end of file.
        var host = await StartAsync(FaultServer.Shared("--spawn-child"));
        var client = await host.ConnectAsync();
        var process = await client.ProcessIdAsync();
        var sleeping = await client.StreamAsync(Rpc.Call("sleep", """{"ms":600000}"""));

        GatewayHost.Kill(process);

        Assert.Equal(-32000, (await sleeping.ReadResponseAsync()).ErrorCode());
        GatewayHost.Kill(host.Processes.Where(id => id != process));
    }

    [Fact]
    public async Task Stop_SpareThatWasNeverUsed_IsEnded()
    {
        var host = await StartAsync(FaultServer.Dedicated());
        await host.UntilProcessesAsync(1);

        await host.StopAsync();

        await host.UntilProcessesAsync(0);
    }

    [Fact]
    public async Task Stop_WhileTheServerIsStarting_LeavesNone()
    {
        var host = await StartAsync(FaultServer.Shared("--no-initialize"));
        var initializing = host.Client().PostAsync(Rpc.Initialize());
        await host.UntilSessionsAsync(1);

        await host.StopAsync();

        Assert.NotNull((await initializing).Response.ErrorCode());
        await host.UntilProcessesAsync(0);
    }

    [Fact]
    public async Task Sessions_ThatComeAndGo_LeaveNone()
    {
        var host = await StartAsync(FaultServer.Dedicated());

        await Parallel.ForEachAsync(Enumerable.Range(0, 12), TestContext.Current.CancellationToken, async (i, _) =>
        {
            if (i % 2 == 0)
            {
                var client = await host.ConnectAsync();
                Assert.Equal("[1]", await client.CallAsync("echo", "[1]"));
                await client.DeleteAsync();
            }
            else
            {
                using var client = await host.ConnectSseAsync();
                Assert.Equal("[1]", await client.CallAsync("echo", "[1]"));
            }
        });

        await host.UntilSessionsAsync(0);
        await host.UntilProcessesAsync(1);
    }
}
