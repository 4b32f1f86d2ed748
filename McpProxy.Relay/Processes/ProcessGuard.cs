using System.ComponentModel;
using System.Diagnostics;
using McpProxy.Relay.Telemetry;
using Microsoft.Extensions.Logging;

namespace McpProxy.Relay.Processes;

/// <summary>
/// Sees to it that our children do not outlive us, even if we are killed: a shell that waits for the end of a pipe which only we hold, and
/// then ends whatever carries our mark. On Windows a job object does it.
/// </summary>
/// <param name="time">The clock.</param>
/// <param name="logger">Takes what happens to the guard.</param>
public sealed class ProcessGuard(TimeProvider time, ILogger logger) : IAsyncDisposable
{
    private static readonly TimeSpan FirstDelay = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LastDelay = TimeSpan.FromMinutes(1);

    /// <summary>What a guard that was told to end may take for it.</summary>
    private static readonly TimeSpan LeaveTime = TimeSpan.FromSeconds(2);

    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly ProcessMark _mark = new(Environment.GetEnvironmentVariable(ProcessMark.Name));
    private Process? _shell;
    private Task? _keeping;

    /// <summary>Marks the environment of a child that is about to be started, and starts the guard if that has not been done.</summary>
    /// <returns>What is in the environment of that child and of all below it, and nowhere else.</returns>
    public string Take(IDictionary<string, string?> environment)
    {
        lock (_gate)
        {
            _keeping ??= (OperatingSystem.IsWindows() ? EncloseSelf() : Start()) ? Detached.Start(KeepAsync) : Task.CompletedTask;
        }

        return _mark.Put(environment);
    }

    /// <summary>Lets the guard go; what the children left behind, it ends first.</summary>
    public async ValueTask DisposeAsync()
    {
        Process? shell;
        lock (_gate)
        {
            if (_stopping.IsCancellationRequested)
            {
                return;
            }

            _stopping.Cancel();
            _keeping ??= Task.CompletedTask;
            shell = _shell;
        }

        if (shell is not null)
        {
            Tell(shell, "done");
        }

        await _keeping.WaitAsync(LeaveTime, time, CancellationToken.None).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>Starts a guard for as long as there is none: its end harms nobody, until we are killed.</summary>
    private async Task KeepAsync()
    {
        for (var delay = FirstDelay; _shell is { } shell; delay = TimeSpan.FromTicks(Math.Min(delay.Ticks * 2, LastDelay.Ticks)))
        {
            await shell.WaitForExitAsync(CancellationToken.None);
            var id = shell.Id;
            shell.Dispose();
            if (_stopping.IsCancellationRequested)
            {
                return;
            }

            logger.GuardEnded(id, delay.TotalSeconds);
            await Task.Delay(delay, time, _stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            lock (_gate)
            {
                _shell = null;
                _ = !_stopping.IsCancellationRequested && Start();
            }
        }
    }

    private bool Start()
    {
        if (GuardCommand.Create() is not { } start)
        {
            logger.NoGuard("it needs /bin/sh and grep");
            return false;
        }

        try
        {
            _shell = Process.Start(start)!;
        }
        catch (Exception e) when (e is Win32Exception or IOException)
        {
            logger.NoGuard(e.Message);
            return false;
        }

        // It redirects its own; an end of ours that nobody reads is of no use.
        _shell.StandardOutput.Dispose();
        _shell.StandardError.Dispose();
        Tell(_shell, _mark.Run);
        logger.GuardStarted(_shell.Id);
        return true;
    }

    private static void Tell(Process shell, string line)
    {
        try
        {
            shell.StandardInput.WriteLine(line);
            shell.StandardInput.Flush();
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or InvalidOperationException)
        {
            // It has ended; whoever keeps it knows.
        }
    }

    private bool EncloseSelf()
    {
        if (OperatingSystem.IsWindows() && !WindowsJob.EncloseSelf())
        {
            logger.NoGuard("the system refuses a job object");
        }

        return false; // There is nothing to keep: a job object lasts as long as this process does.
    }
}
