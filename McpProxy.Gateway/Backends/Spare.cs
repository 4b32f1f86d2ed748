using McpProxy.Gateway.Errors;
using McpProxy.Relay.Telemetry;

namespace McpProxy.Gateway.Backends;

/// <summary>The peer that the next session gets: a process is started before anybody needs it, so that nobody waits for it.</summary>
/// <param name="start">Starts one.</param>
/// <param name="isKept">Whether one is started in advance; else each is started when it is needed.</param>
internal sealed class Spare(Func<(IPeer? Peer, ProxyFault? Fault)> start, bool isKept) : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private Task<(IPeer? Peer, ProxyFault? Fault)>? _next;
    private ProxyFault? _fault;
    private bool _stopped;

    /// <summary>Whether there is one, as far as is known.</summary>
    public bool IsReady
    {
        get
        {
            lock (_gate)
            {
                return !isKept || _next is { IsCompletedSuccessfully: true, Result.Peer.HasEnded: false };
            }
        }
    }

    /// <summary>Why the last one could not be started, or null.</summary>
    public ProxyFault? Fault => Volatile.Read(ref _fault);

    /// <summary>Starts one, unless there is one. Does not wait for that: a process takes milliseconds.</summary>
    public void Ensure()
    {
        lock (_gate)
        {
            if (isKept && !_stopped)
            {
                _next ??= Detached.Start(() => Task.Run(Start));
            }
        }
    }

    /// <summary>Gives it away if it still runs, else another one, and starts the next.</summary>
    /// <returns>The peer, or why there is none.</returns>
    public async ValueTask<(IPeer? Peer, ProxyFault? Fault)> TakeAsync()
    {
        if (!TryRemove(out var next))
        {
            return (null, ProxyFault.Removed);
        }

        var result = next is null ? default : await next;
        if (result.Peer is { HasEnded: true } ended)
        {
            // Discarded: ending what has ended catches its own errors.
            _ = ended.DisposeAsync().AsTask();
            result = default;
        }

        result = result.Peer is null ? Start() : result;
        if (result.Peer is not null)
        {
            Ensure();
        }

        return result;
    }

    /// <summary>Ends it, and starts another one in its place.</summary>
    public void Replace()
    {
        if (TryRemove(out var next) && next is not null)
        {
            // Discarded: ending it catches its own errors.
            _ = Detached.Start(() => EndAsync(next));
            Ensure();
        }
    }

    /// <summary>Ends it; there will be no other.</summary>
    public async ValueTask DisposeAsync()
    {
        Task<(IPeer? Peer, ProxyFault? Fault)>? next;
        lock (_gate)
        {
            _stopped = true;
            (next, _next) = (_next, null);
        }

        await EndAsync(next);
    }

    /// <summary>False when there will be no other.</summary>
    private bool TryRemove(out Task<(IPeer? Peer, ProxyFault? Fault)>? next)
    {
        lock (_gate)
        {
            (next, _next) = (_next, null);
            return !_stopped;
        }
    }

    private (IPeer? Peer, ProxyFault? Fault) Start()
    {
        var result = start();
        Volatile.Write(ref _fault, result.Fault);
        return result;
    }

    private static async Task EndAsync(Task<(IPeer? Peer, ProxyFault? Fault)>? next)
    {
        await ((Task?)next ?? Task.CompletedTask).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (next is { IsCompletedSuccessfully: true, Result.Peer: { } peer })
        {
            await peer.DisposeAsync();
        }
    }
}
