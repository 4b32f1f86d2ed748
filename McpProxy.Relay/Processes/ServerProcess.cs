using System.ComponentModel;
using System.Diagnostics;
using McpProxy.Relay.Transports;
using Microsoft.Extensions.Logging;

namespace McpProxy.Relay.Processes;

/// <summary>A stdio server that we started, and the way to end it with all that it has started itself.</summary>
public sealed class ServerProcess : IDisposable
{
    /// <summary>
    /// What stopping a server may take: half a second until it has read what is queued for it, two after its stdin closed, two after SIGTERM
    /// (MCP 2025-11-25, lifecycle, shutdown), and half a second to be gone after SIGKILL.
    /// </summary>
    public static readonly TimeSpan StopTime = TimeSpan.FromSeconds(5);

    private const double ShortShare = 0.1;
    private const double GraceShare = 0.4;

    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(20);

    private readonly string _name;
    private readonly Process _process;
    private readonly ProcessTree.Member _root;
    private readonly string _mark;
    private readonly WindowsJob? _job;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;

    private ServerProcess(string name, Process process, string mark, TimeProvider time, ILogger logger)
    {
        _name = name;
        _process = process;
        _mark = mark;
        _time = time;
        _logger = logger;
        _root = ProcessTree.Find(process.Id);
        // What it starts before it is in its job dies with us only, not with it.
        _job = OperatingSystem.IsWindows() ? WindowsJob.TryCreate(process.SafeHandle) : null;
        Id = process.Id;
        Exited = WaitForExitAsync();
    }

    /// <summary>The process's number.</summary>
    public int Id { get; }

    /// <summary>What we write and it reads.</summary>
    public Stream Input => _process.StandardInput.BaseStream;

    /// <summary>What it writes and we read.</summary>
    public Stream Output => _process.StandardOutput.BaseStream;

    /// <summary>What it has to say besides, if that was redirected.</summary>
    public Stream Error => _process.StandardError.BaseStream;

    /// <summary>Done when the process has ended, with its exit code.</summary>
    public Task<int> Exited { get; }

    /// <summary>Whether it had to be made to leave.</summary>
    public bool WasTerminated { get; private set; }

    /// <summary>Starts a server.</summary>
    /// <param name="name">What the log calls it.</param>
    /// <param name="start">The command; its environment gets a mark.</param>
    /// <param name="guard">Ends it if we are killed.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Takes how it had to be ended.</param>
    /// <exception cref="Win32Exception">It cannot be started.</exception>
    public static ServerProcess Start(string name, ProcessStartInfo start, ProcessGuard guard, TimeProvider time, ILogger logger)
    {
        var mark = guard.Take(start.Environment);
        var process = Process.Start(start) ?? throw new InvalidOperationException("No process was started.");
        return new ServerProcess(name, process, mark, time, logger);
    }

    /// <summary>Stops the process and all below it: closes stdin, waits, terminates the tree, waits, kills the tree.</summary>
    /// <param name="transport">The way to its stdin.</param>
    /// <param name="within">How long all of it may take; each step gets its share.</param>
    public async Task StopAsync(LineTransport transport, StopLimit within)
    {
        await Task.Yield(); // Reading /proc is no work for whoever stops it.
        var tree = ProcessTree.Snapshot(_root, _mark);
        if (!await IsDoneAsync(transport.CompleteAsync(), within, ShortShare))
        {
            await transport.DisposeAsync(); // It reads nothing: what is queued goes nowhere.
        }

        if (!await EndsAsync(tree, within, GraceShare))
        {
            _logger.Terminating(_name, Id);
            tree = Grown(tree);
            WasTerminated = !Exited.IsCompleted;
            ProcessTree.Terminate(tree);
            if (!await EndsAsync(tree, within, GraceShare))
            {
                _logger.Killing(_name, Id);
                KillTree(tree);
                await EndsAsync(tree, within, ShortShare, isKilling: true);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (OperatingSystem.IsWindows())
        {
            _job?.Dispose();
        }

        _process.Dispose();
    }

    private async Task<int> WaitForExitAsync()
    {
        await _process.WaitForExitAsync(CancellationToken.None);
        return _process.ExitCode;
    }

    private IReadOnlyList<ProcessTree.Member> Grown(IReadOnlyList<ProcessTree.Member> tree) =>
        [.. tree.Union(ProcessTree.Snapshot(_root, _mark))];

    private void KillTree(IReadOnlyList<ProcessTree.Member> tree)
    {
        ProcessTree.Kill(Grown(tree));
        try
        {
            _process.Kill(entireProcessTree: true);
        }
        catch (Exception e) when (e is InvalidOperationException or Win32Exception or AggregateException)
        {
            _logger.KillFailed(_name, Id, e.Message);
        }
    }

    /// <summary>Waits for a share of the time; when that becomes less, the share is less and begins anew.</summary>
    private async Task<bool> IsDoneAsync(Task task, StopLimit within, double share)
    {
        while (!task.IsCompleted)
        {
            var (limit, shortened) = within.Now;
            try
            {
                await Task.WhenAny(task, shortened).WaitAsync(limit * share, _time);
            }
            catch (TimeoutException)
            {
                return false;
            }
        }

        await task;
        return true;
    }

    /// <summary>Waits until the process and its whole tree are gone, or the time of grace is over.</summary>
    /// <param name="tree">The process and all that was below it when it was looked at last.</param>
    /// <param name="within">How long all of the stop may take.</param>
    /// <param name="share">Which share of that this may take.</param>
    /// <param name="isKilling">Whether those that are left are killed each time that they are looked for.</param>
    private async Task<bool> EndsAsync(IReadOnlyList<ProcessTree.Member> tree, StopLimit within, double share, bool isKilling = false)
    {
        var since = _time.GetTimestamp();
        if (!await IsDoneAsync(Exited, within, share))
        {
            return false;
        }

        while (Left(tree) is { Count: > 0 } left)
        {
            if (_time.GetElapsedTime(since) >= within.Now.Limit * share)
            {
                return false;
            }

            if (isKilling)
            {
                ProcessTree.Kill(left);
            }

            await Task.Delay(PollInterval, _time, CancellationToken.None);
        }

        return true;
    }

    /// <summary>What still runs of the tree; when that is nothing, what those who are gone started on their way out.</summary>
    private IReadOnlyList<ProcessTree.Member> Left(IReadOnlyList<ProcessTree.Member> tree) =>
        ProcessTree.Alive(tree) is { Count: > 0 } known ? known : ProcessTree.Alive(Grown(tree));
}
