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
        var start = new ProcessStartInfo("sh", ["-c", """trap '' TERM; echo '{"jsonrpc":"2.0","method":"ready"}'; while :; do sleep 0.1; done"""])
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, UseShellExecute = false,
        };
        using var process = ServerProcess.Start("stubborn", start, guard, clock, NullLogger.Instance);
        await using var transport = new LineTransport(process.Output, process.Input, new MessagePool(), 1000);
        (await transport.ReceiveAsync(Token)).Message!.Dispose(); // From now on it ignores SIGTERM.

        var stopping = process.StopAsync(transport, TimeSpan.FromSeconds(seconds));
        await clock.AdvanceAsync(TimeSpan.FromMilliseconds(stepMilliseconds), Token);
        await Eventually.TrueAsync(() => process.WasTerminated, Token);
        Assert.False(process.Exited.IsCompleted);
        await clock.AdvanceAsync(TimeSpan.FromMilliseconds(stepMilliseconds), Token);

        Assert.Equal(128 + 9, await process.Exited.WaitAsync(Token));
        await Eventually.TrueAsync(
            () =>
            {
                clock.Advance(TimeSpan.FromMilliseconds(20));
                return stopping.IsCompleted;
            },
            Token);
    }
}
