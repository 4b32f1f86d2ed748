using McpProxy.Gateway.Configuration;
using McpProxy.Gateway.Errors;
using McpProxy.Gateway.Telemetry;
using McpProxy.Relay.Telemetry;

namespace McpProxy.Gateway.Backends;

/// <summary>
/// The process that the next session gets: started before anybody needs it, so that nobody waits for it. One that ends meanwhile is started
/// again, after a pause that grows with its failures.
/// </summary>
internal sealed class Spare(string name, BackendOptions backend, BackendContext context) : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly Restarts _restarts = new(name, backend, context);
    private readonly Party _server = new(Attributes.Pipe, name);
    private volatile LinkStatus _status = new(LinkState.Starting, 0, null);
    private ChildProcess? _process;
    private int _replacements;
    private Task? _run;

    /// <summary>How it is doing.</summary>
    public LinkStatus Status => _status;

    /// <summary>Keeps one from now on. Does not wait for it: a process takes milliseconds to start.</summary>
    public void Keep()
    {
        lock (_gate)
        {
            if (!_stopping.IsCancellationRequested)
            {
                _run ??= Detached.Start(() => Task.Run(KeepRunningAsync, CancellationToken.None));
            }
        }
    }

    /// <summary>Gives it away if it runs, else another one; the next is started at once.</summary>
    /// <returns>The process, or why there is none.</returns>
    public (IPeer? Peer, ProxyFault? Fault) Take()
    {
        if (_stopping.IsCancellationRequested)
        {
            return (null, ProxyFault.Removed);
        }

        (IPeer? Peer, ProxyFault? Fault) taken = TryTake() is { } process ? (process, null) : IPeer.Start(name, backend, context);
        if (taken.Peer is not null)
        {
            Keep();
            _restarts.Want();
        }

        return taken;
    }

    /// <summary>Ends it, and starts another one in its place.</summary>
    public void Replace()
    {
        Interlocked.Increment(ref _replacements);
        End();
        _restarts.Want();
    }

    /// <summary>Ends it; there will be no other.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        Task run;
        lock (_gate)
        {
            run = _run ?? Task.CompletedTask;
        }

        _restarts.Want();
        await run;
    }

    private void End()
    {
        if (TryTake() is { } process)
        {
            // Discarded: ending it catches its own errors.
            _ = Detached.Start(() => process.DisposeAsync().AsTask());
        }
    }

    private ChildProcess? TryTake() =>
        Volatile.Read(ref _process) is { Exited.IsCompleted: false } process && Interlocked.CompareExchange(ref _process, null, process) == process ? process : null;

    private async Task KeepRunningAsync()
    {
        while (!_stopping.IsCancellationRequested)
        {
            var started = context.Time.GetTimestamp();
            var replacements = Volatile.Read(ref _replacements);
            var (process, fault) = Start();
            if (process is not null && await IsTakenAsync(process, replacements))
            {
                continue;
            }

            var ending = process?.DisposeAsync() ?? ValueTask.CompletedTask;
            if (!_stopping.IsCancellationRequested)
            {
                GatewayMetrics.Restarted(_server);
                _status = _restarts.Note(context.Time.GetElapsedTime(started), _status, fault, process?.DescribeEnd() ?? fault?.Text.TrimEnd('.') ?? "ended");
                await _restarts.WaitAsync(_stopping.Token);
                _status = new LinkStatus(LinkState.Starting, _status.Restarts + 1, null);
            }

            await ending; // With all that it has left.
        }
    }

    private (ChildProcess? Process, ProxyFault? Fault) Start()
    {
        try
        {
            return ChildProcess.Start(name, backend, context);
        }
        catch (Exception e)
        {
            // A defect of ours: it is tried again, as any other start that failed.
            context.Logger.LinkFailed(e, name);
            return (null, ProxyFault.Internal);
        }
    }

    /// <summary>Offers a process until somebody has it; false when it ended before, or nobody may have it any more.</summary>
    private async Task<bool> IsTakenAsync(ChildProcess process, int replacements)
    {
        Interlocked.Exchange(ref _process, process); // A fence: whoever replaces it counts that and then looks here.
        if (Volatile.Read(ref _replacements) != replacements)
        {
            End(); // That was while it was started.
        }

        _status = _status with { State = LinkState.Running };
        while (Volatile.Read(ref _process) == process && !process.Exited.IsCompleted && !_stopping.IsCancellationRequested)
        {
            await Task.WhenAny(process.Exited, _restarts.Wanted);
            _restarts.Take(); // Whoever took one says so: what failed before is forgotten.
        }

        return Interlocked.CompareExchange(ref _process, null, process) != process;
    }
}
