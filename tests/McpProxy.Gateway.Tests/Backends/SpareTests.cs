using System.Net;
using McpProxy.Gateway.Backends;
using McpProxy.Gateway.Configuration;
using McpProxy.Gateway.Tests.Configuration;
using McpProxy.Gateway.Tests.Harness;
using McpProxy.Relay.Messages;
using McpProxy.Relay.Processes;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace McpProxy.Gateway.Tests.Backends;

/// <summary>The process that is started in advance for the next session.</summary>
public sealed class SpareTests : GatewayTest
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Exit_WhileNobodyNeedsIt_IsStartedAgainAndReadyAgain()
    {
        Assert.SkipUnless(MarkedProcesses.CanBeFound, "Processes are found in /proc.");
        var clock = new ManualClock();
        var host = await StartAsync(FaultServer.Dedicated(), clock: clock);
        await UntilHealthAsync(host, HttpStatusCode.OK);

        GatewayHost.Kill(host.Processes);
        await host.Log.UntilAsync("exited with code 137; starting it again in 0.5 s (restart 1)");
        await UntilHealthAsync(host, HttpStatusCode.ServiceUnavailable);
        await clock.PassUntilAsync(() => host.Backend.IsReady, "another one runs");

        Assert.Equal(HttpStatusCode.OK, (await host.Client().GetAtAsync("/health")).Status);
        Assert.Equal((LinkState.Running, 1, null), host.Backend.GetStatus() is var status ? (status.State, status.Restarts, status.Detail) : default);
        Assert.Equal("[1]", await (await host.ConnectAsync()).CallAsync("echo", "[1]"));
    }

    [Fact]
    public async Task Exit_AtEveryStart_IsTriedAgainEverMoreSlowlyAndIsNotReady()
    {
        var clock = new ManualClock();
        var host = await StartAsync(ScriptedServer.Dedicated("exit 7"), clock: clock);

        await clock.PassUntilAsync(() => host.Log.Count("starting it again in 30 s") == 2, "the delay has grown to its limit");

        Assert.Equal(
            ["0.5", "1", "2", "4", "8", "16", "30", "30"],
            host.Log.Records.Where(record => record.Text.Contains(" again in ", StringComparison.Ordinal)).Select(record => record.Text.Split(" again in ")[1].Split(" s ")[0]));
        await UntilHealthAsync(host, HttpStatusCode.ServiceUnavailable);
        Assert.Equal((LinkState.Waiting, "restarting in 30 s (exited with code 7, 8th time)"), host.Backend.GetStatus() is var status ? (status.State, status.Detail) : default);
    }

    [Fact]
    public async Task Exit_MoreOftenThanMaxRestarts_IsGivenUpUntilItIsRestarted()
    {
        var host = await StartAsync(ScriptedServer.Dedicated("exit 7"), options => options.MaxRestarts = 1);
        await host.Log.UntilAsync("given up after 2 times (--max-restarts)");
        await UntilHealthAsync(host, HttpStatusCode.ServiceUnavailable);
        Assert.Equal(LinkState.Failed, host.Backend.GetStatus().State);

        host.Backend.Restart();

        await Wait.UntilAsync(() => host.Log.Count("(restart 1)") == 2, "it is started again");
    }

    [Fact]
    public async Task GivenUp_WhileASessionHasItsProcess_IsReady()
    {
        Assert.SkipUnless(MarkedProcesses.CanBeFound, "Processes are found in /proc.");
        var host = await StartAsync(FaultServer.Dedicated(), options => options.MaxRestarts = 1);
        var client = await host.ConnectAsync();
        var used = await client.ProcessIdAsync();
        for (var i = 0; i < 2; i++)
        {
            await Wait.UntilAsync(() => host.Backend.GetStatus().Restarts == i && host.Processes.Count == 2, "a spare process runs");
            GatewayHost.Kill(host.Processes.Where(id => id != used));
        }

        await host.Log.UntilAsync("given up after 2 times (--max-restarts)");

        Assert.Equal("[1]", await client.CallAsync("echo", "[1]"));
        Assert.Equal(HttpStatusCode.OK, (await host.Client().GetAtAsync("/health")).Status);
    }

    [Fact]
    public async Task Start_OfACommandThatWasMissing_IsTriedAgain()
    {
        using var folder = new TemporaryFolder();
        var clock = new ManualClock();
        var command = Path.Combine(folder.Path, "server");
        var server = ScriptedServer.Dedicated("initialize");
        var host = await StartAsync(new BackendOptions { Command = command, Args = server.Args, Sharing = SharingMode.Dedicated }, clock: clock);
        await host.Log.UntilAsync("starting it again in 0.5 s");
        await Wait.UntilAsync(() => host.Backend.GetStatus().State == LinkState.Failed, "it says so");

        File.CreateSymbolicLink(command, "/bin/sh");

        await clock.PassUntilAsync(() => host.Backend.IsReady, "it is ready");
        await host.ConnectAsync();
    }

    [Fact]
    public async Task Restart_OfOneThatNobodyNeededYet_StartsAnother()
    {
        Assert.SkipUnless(MarkedProcesses.CanBeFound, "Processes are found in /proc.");
        var host = await StartAsync(FaultServer.Dedicated());
        await host.UntilProcessesAsync(1);
        var before = host.Processes.Single();

        host.Backend.Restart();

        await Wait.UntilAsync(() => host.Processes is [var process] && process != before, "there is another one");
        Assert.DoesNotContain(host.Log.Records, record => record.Level >= LogLevel.Warning);
    }

    [Fact]
    public async Task Start_ProcessThatTakesLongToStart_HoldsUpNobodyElse()
    {
        using var start = new HeldUpStart();
        await using var guard = new ProcessGuard(TimeProvider.System, NullLogger.Instance);
        await using var backend = new Backend(
            "slow", ScriptedServer.Dedicated(""), new BackendContext(new GatewayOptions(), new MessagePool(), TimeProvider.System, new RemoteClient(), guard, start));
        var starting = Task.Run(backend.Start, Token);
        try
        {
            await Wait.ForAsync(start.Reached, "its process is being started");

            Assert.Equal(0, await Wait.ForAsync(Task.Run(() => backend.InFlight, Token), "it says how many requests are in flight"));
        }
        finally
        {
            start.GoOn();
            await starting;
        }
    }

    private static Task UntilHealthAsync(GatewayHost host, HttpStatusCode status) =>
        Wait.UntilAsync(async () => (await host.Client().GetAtAsync("/health")).Status == status, () => $"/health says {status}");

    /// <summary>Holds up what starts a process at the moment at which it is logged.</summary>
    private sealed class HeldUpStart : ILogger, IDisposable
    {
        private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly ManualResetEventSlim _goOn = new();

        public Task Reached => _reached.Task;

        public void GoOn() => _goOn.Set();

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (formatter(state, exception).Contains("started process", StringComparison.Ordinal))
            {
                _reached.TrySetResult();
                _goOn.Wait(Token);
            }
        }

        public void Dispose() => _goOn.Dispose();
    }
}
