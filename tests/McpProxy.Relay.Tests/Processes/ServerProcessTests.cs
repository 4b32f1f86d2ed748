using System.Diagnostics;
using McpProxy.Relay.Messages;
using McpProxy.Relay.Processes;
using McpProxy.Relay.Transports;
using Microsoft.Extensions.Logging.Abstractions;

namespace McpProxy.Relay.Tests.Processes;

public sealed class ServerProcessTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory(Timeout = Eventually.Deadline)]
    [InlineData(5, 2000)]
    [InlineData(1, 400)]
    public async Task StopAsync_ServerThatIgnoresEverything_IsKilledAfterTwoStepsOfTheirShare(int seconds, int stepMilliseconds)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Needs a POSIX shell.");
        var clock = new ManualTimeProvider();
        await using var guard = new ProcessGuard(TimeProvider.System, NullLogger.Instance);
        using var process = StartStubborn(guard, clock);
        await using var transport = await ConnectAsync(process);
        var limit = new StopLimit();
        limit.Shorten(TimeSpan.FromSeconds(seconds));

        var stopping = process.StopAsync(transport, limit);
        await clock.AdvanceAsync(TimeSpan.FromMilliseconds(stepMilliseconds), Token);
        await Eventually.TrueAsync(() => process.WasTerminated, Token);
        Assert.False(process.Exited.IsCompleted);
        await clock.AdvanceAsync(TimeSpan.FromMilliseconds(stepMilliseconds), Token);

        Assert.Equal(128 + 9, await process.Exited.WaitAsync(Token));
        await FinishAsync(stopping, clock);
    }

    [Fact(Timeout = Eventually.Deadline)]
    public async Task StopAsync_LimitThatBecomesLess_HurriesUpAtOnce()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Needs a POSIX shell.");
        var clock = new ManualTimeProvider();
        await using var guard = new ProcessGuard(TimeProvider.System, NullLogger.Instance);
        using var process = StartStubborn(guard, clock);
        await using var transport = await ConnectAsync(process);
        var limit = new StopLimit();
        var stopping = process.StopAsync(transport, limit);
        await clock.AdvanceAsync(TimeSpan.FromSeconds(2), Token);
        await Eventually.TrueAsync(() => process.WasTerminated, Token);

        limit.Shorten(TimeSpan.FromSeconds(1));
        limit.Shorten(TimeSpan.FromSeconds(3)); // Not less.
        await clock.AdvanceAsync(TimeSpan.FromMilliseconds(400), Token);

        Assert.Equal(128 + 9, await process.Exited.WaitAsync(Token));
        await FinishAsync(stopping, clock);
    }

    private static ServerProcess StartStubborn(ProcessGuard guard, TimeProvider clock)
    {
        var start = new ProcessStartInfo("sh", ["-c", """trap '' TERM; echo '{"jsonrpc":"2.0","method":"ready"}'; while :; do sleep 0.1; done"""])
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, UseShellExecute = false,
        };
        return ServerProcess.Start("stubborn", start, guard, clock, NullLogger.Instance);
    }

    private static async Task<LineTransport> ConnectAsync(ServerProcess process)
    {
        var transport = new LineTransport(process.Output, process.Input, new MessagePool(), 1000);
        (await transport.ReceiveAsync(Token)).Message!.Dispose(); // From now on it ignores SIGTERM.
        return transport;
    }

    private static Task FinishAsync(Task stopping, ManualTimeProvider clock) => Eventually.TrueAsync(
        () =>
        {
            clock.Advance(TimeSpan.FromMilliseconds(20));
            return stopping.IsCompleted;
        },
        Token);
}
