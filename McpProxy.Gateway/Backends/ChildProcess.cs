using System.ComponentModel;
using System.Diagnostics;
using McpProxy.Gateway.Configuration;
using McpProxy.Gateway.Errors;
using McpProxy.Relay.Messages;
using McpProxy.Relay.Processes;
using McpProxy.Relay.Transports;

namespace McpProxy.Gateway.Backends;

/// <summary>A started stdio server: its process, the line transport over its stdin and stdout, and its stderr in our log.</summary>
internal sealed class ChildProcess : IPeer
{
    /// <summary>How long a server may take to leave after its stdin closed, and again after SIGTERM (MCP 2025-11-25, lifecycle, shutdown).</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(2);

    /// <summary>What a dead process wrote is read for so long at most: a grandchild may hold its stdout open.</summary>
    private static readonly TimeSpan DrainTime = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan FlushGrace = TimeSpan.FromMilliseconds(500);

    private readonly Process _process;
    private readonly LineTransport _transport;
    private readonly Task _stderr;
    private readonly BackendContext _context;
    private readonly string _name;
    private readonly ProcessTree.Member _root;
    private readonly string _mark;
    private readonly Lazy<Task> _stop;

    private ChildProcess(string name, Process process, string mark, BackendContext context)
    {
        _name = name;
        _root = ProcessTree.Find(process.Id);
        _mark = mark;
        _process = process;
        _context = context;
        Id = process.Id;
        _transport = new LineTransport(
            process.StandardOutput.BaseStream, process.StandardInput.BaseStream, context.Pool, context.Options.MaxMessageBytes);
        _stderr = new StderrPump(name, process.StandardError.BaseStream, context.Stderr, context.Logger).RunAsync();
        Exited = WaitForExitAsync();
        _stop = new Lazy<Task>(StopAsync);
    }

    /// <summary>The process's number.</summary>
    public int Id { get; }

    /// <inheritdoc/>
    public ITransport Transport => _transport;

    /// <inheritdoc/>
    public bool HasEnded => Exited.IsCompleted;

    /// <inheritdoc/>
    public ProxyFault? EndFault => null;

    /// <summary>Done when the process has ended, with its exit code.</summary>
    private Task<int> Exited { get; }

    /// <summary>Whether it had to be made to leave.</summary>
    private bool WasTerminated { get; set; }

    /// <summary>Starts a backend's command.</summary>
    /// <returns>The process, or why there is none.</returns>
    public static (IPeer? Peer, ProxyFault? Fault) Start(string name, BackendOptions options, BackendContext context)
    {
        var start = new ProcessStartInfo
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            CreateNoWindow = true,
            WorkingDirectory = Path.GetFullPath(options.Cwd ?? Environment.CurrentDirectory),
        };
        ChildEnvironment.Apply(start.Environment, options, options.PassEnvironment ?? context.Options.PassEnvironment);
        var mark = Guid.NewGuid().ToString("N");
        start.Environment[ProcessTree.MarkName] = mark;
        if (!Directory.Exists(start.WorkingDirectory))
        {
            context.Logger.WorkingDirectoryMissing(name, start.WorkingDirectory);
            return (null, ProxyFault.WorkingDirectoryMissing);
        }

        if (CommandLocator.Find(options.Command ?? "", start.WorkingDirectory, start.Environment) is not { } path)
        {
            context.Logger.CommandNotFound(name, Backend.NameOf(options), options.Command?.Contains(' ') == true ? "; its arguments belong into \"args\"" : "");
            return (null, ProxyFault.CommandNotFound);
        }

        try
        {
            WindowsShim.SetCommand(start, path, options.Args);
            var process = Process.Start(start) ?? throw new InvalidOperationException("No process was started.");
            context.Logger.ChildStarted(name, process.Id);
            return (new ChildProcess(name, process, mark, context), null);
        }
        catch (Exception e) when (e is Win32Exception or IOException or ArgumentException)
        {
            context.Logger.StartFailed(name, e.Message);
            return (null, ProxyFault.StartFailed);
        }
    }

    /// <inheritdoc/>
    public async Task EndAsync(Task<EndReason> pump)
    {
        // A process that ends also closes its stdout: what it wrote last is still read, and its exit code is still to come.
        await Task.WhenAny(pump, Exited, _transport.WriteFailed);
        await Task.WhenAll(pump, Exited).WaitAsync(DrainTime, _context.Time, CancellationToken.None).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <inheritdoc/>
    public string? DescribeEnd() => !WasTerminated && Exited.IsCompletedSuccessfully ? $"exited with code {Exited.Result}" : null;

    /// <inheritdoc/>
    public IReadOnlyList<Message> TakeUnsent() => []; // Whether a process has read what was written to it, nobody knows.

    /// <summary>Stops the process and all below it: closes stdin, waits, terminates the tree, waits, kills the tree.</summary>
    public async ValueTask DisposeAsync() => await _stop.Value;

    private async Task<int> WaitForExitAsync()
    {
        await _process.WaitForExitAsync(CancellationToken.None);
        return _process.ExitCode;
    }

    private async Task StopAsync()
    {
        await Task.Yield(); // Reading /proc is no work for whoever disposes.
        var tree = ProcessTree.Snapshot(_root, _mark);
        try
        {
            await _transport.CompleteAsync().WaitAsync(FlushGrace, _context.Time);
        }
        catch (TimeoutException)
        {
            await _transport.DisposeAsync(); // It reads nothing: what is queued goes nowhere.
        }

        if (!await EndsAsync(tree))
        {
            _context.Logger.Terminating(_name, Id);
            tree = [.. tree.Union(ProcessTree.Snapshot(_root, _mark))];
            WasTerminated = !Exited.IsCompleted;
            ProcessTree.Terminate(tree);
            if (!await EndsAsync(tree))
            {
                _context.Logger.Killing(_name, Id);
                KillTree(tree);
                await EndsAsync(tree);
            }
        }

        await _transport.DisposeAsync();
        _process.StandardError.BaseStream.Dispose();
        await _stderr;
        if (Exited.IsCompleted)
        {
            _context.Logger.ChildStopped(_name, Id, await Exited);
        }

        _process.Dispose();
    }

    private void KillTree(IReadOnlyList<ProcessTree.Member> tree)
    {
        ProcessTree.Kill([.. tree.Union(ProcessTree.Snapshot(_root, _mark))]);
        try
        {
            _process.Kill(entireProcessTree: true);
        }
        catch (Exception e) when (e is InvalidOperationException or Win32Exception or AggregateException)
        {
            _context.Logger.KillFailed(_name, Id, e.Message);
        }
    }

    /// <summary>Waits until the process and its whole tree are gone, or the time of grace is over.</summary>
    private async Task<bool> EndsAsync(IReadOnlyList<ProcessTree.Member> tree)
    {
        var deadline = _context.Time.GetTimestamp();
        try
        {
            await Exited.WaitAsync(Grace, _context.Time);
        }
        catch (TimeoutException)
        {
            return false;
        }

        while (ProcessTree.Alive(tree).Count > 0)
        {
            if (_context.Time.GetElapsedTime(deadline) >= Grace)
            {
                return false;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(20), _context.Time, CancellationToken.None);
        }

        return true;
    }
}
