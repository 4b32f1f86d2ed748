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
    /// <summary>What a dead process wrote is read for so long at most: a grandchild may hold its stdout open.</summary>
    private static readonly TimeSpan DrainTime = TimeSpan.FromSeconds(1);

    private readonly ServerProcess _process;
    private readonly LineTransport _transport;
    private readonly Task _stderr;
    private readonly BackendContext _context;
    private readonly string _name;
    private readonly Lazy<Task> _stop;

    private ChildProcess(string name, ServerProcess process, BackendContext context)
    {
        _name = name;
        _process = process;
        _context = context;
        _transport = new LineTransport(process.Output, process.Input, context.Pool, context.Options.MaxMessageBytes, isFair: true);
        _stderr = new StderrPump(name, process.Error, context.Stderr, context.Logger).RunAsync();
        _stop = new Lazy<Task>(StopAsync);
    }

    /// <inheritdoc/>
    public ITransport Transport => _transport;

    /// <summary>Done when the process has ended; what it has started may still run.</summary>
    public Task Exited => _process.Exited;

    /// <inheritdoc/>
    public ProxyFault? EndFault => null;

    /// <summary>Starts a backend's command.</summary>
    /// <returns>The process, or why there is none.</returns>
    public static (ChildProcess? Process, ProxyFault? Fault) Start(string name, BackendOptions options, BackendContext context)
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
            var process = ServerProcess.Start(name, start, context.Guard, context.Time, context.Logger);
            context.Logger.ChildStarted(name, process.Id);
            return (new ChildProcess(name, process, context), null);
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
        await Task.WhenAny(pump, _process.Exited, _transport.WriteFailed);
        await Task.WhenAll(pump, _process.Exited).WaitAsync(DrainTime, _context.Time, CancellationToken.None).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <inheritdoc/>
    public string? DescribeEnd() => !_process.WasTerminated && _process.Exited.IsCompletedSuccessfully ? $"exited with code {_process.Exited.Result}" : null;

    /// <inheritdoc/>
    public IReadOnlyList<Message> TakeUnsent() => []; // Whether a process has read what was written to it, nobody knows.

    /// <summary>Stops the process and all below it: closes stdin, waits, terminates the tree, waits, kills the tree.</summary>
    public async ValueTask DisposeAsync() => await _stop.Value;

    private async Task StopAsync()
    {
        await _process.StopAsync(_transport, _context.StopLimit);
        await _transport.DisposeAsync();
        _process.Error.Dispose();
        await _stderr;
        if (_process.Exited.IsCompleted)
        {
            _context.Logger.ChildStopped(_name, _process.Id, await _process.Exited);
        }

        _process.Dispose();
    }
}
