using System.Collections.Immutable;
using McpProxy.Gateway.Configuration;
using McpProxy.Relay.Messages;
using McpProxy.Relay.Processes;
using Microsoft.Extensions.Options;

namespace McpProxy.Gateway.Backends;

/// <summary>The backends by name; changes as the configuration does.</summary>
internal sealed class BackendRegistry(
    IOptions<GatewayOptions> options, MessagePool pool, TimeProvider time, RemoteClient remote, ProcessGuard guard, ILoggerFactory loggers) : IAsyncDisposable
{
    private readonly BackendContext _context = new(options.Value, pool, time, remote, guard, loggers.CreateLogger("McpProxy.Backend"));
    private readonly Lock _gate = new();
    private volatile ImmutableSortedDictionary<string, Backend> _backends = ImmutableSortedDictionary.Create<string, Backend>(StringComparer.Ordinal);
    private Task _leaving = Task.CompletedTask;
    private bool _stopped;

    /// <summary>Called for each backend that is about to be stopped, to end its sessions.</summary>
    public Func<Backend, ValueTask>? Stopping { get; set; }

    /// <summary>All backends, by name.</summary>
    public IReadOnlyDictionary<string, Backend> All => _backends;

    /// <summary>The backend of that name, or null.</summary>
    public Backend? Find(string name) => _backends.GetValueOrDefault(name);

    /// <summary>Done when all that was told to stop so far has stopped.</summary>
    public Task Leaving
    {
        get
        {
            lock (_gate)
            {
                return _leaving;
            }
        }
    }

    /// <summary>Starts what is new, tells what is gone or changed to stop, and leaves the rest alone. Waits for none of it.</summary>
    public void Apply(IReadOnlyDictionary<string, BackendOptions> wanted)
    {
        lock (_gate)
        {
            if (_stopped)
            {
                return;
            }

            var before = _backends;
            _backends = wanted.Where(entry => entry.Value.IsEnabled).ToImmutableSortedDictionary(entry => entry.Key, Keep, StringComparer.Ordinal);
            foreach (var (name, backend) in _backends.Where(entry => before.GetValueOrDefault(entry.Key) != entry.Value))
            {
                _context.Logger.Configured(name, before.ContainsKey(name) ? "changed" : "new");
                backend.Start();
            }

            Stop(before.Values.Where(backend => _backends.GetValueOrDefault(backend.Name) != backend));
        }
    }

    /// <summary>Stops all backends, at once, for good.</summary>
    /// <param name="within">How long their processes may take to leave, before they are killed; also those that are leaving already.</param>
    public Task StopAsync(TimeSpan within)
    {
        _context.StopLimit.Shorten(within);
        lock (_gate)
        {
            _stopped = true;
            Stop(_backends.Values);
            _backends = _backends.Clear();
            return _leaving;
        }
    }

    /// <summary>Stops what still runs: all of it, when the gateway did not get as far as to serve.</summary>
    public async ValueTask DisposeAsync() => await StopAsync(options.Value.ShutdownTimeout);

    private Backend Keep(KeyValuePair<string, BackendOptions> entry) =>
        _backends.TryGetValue(entry.Key, out var running) && running.Options.Equals(entry.Value) ? running : new Backend(entry.Key, entry.Value, _context);

    private void Stop(IEnumerable<Backend> backends) => _leaving = Task.WhenAll([_leaving, .. backends.Select(StopAsync)]);

    private async Task StopAsync(Backend backend)
    {
        await Task.Yield();
        _context.Logger.Stopping(backend.Name);
        try
        {
            var sessions = Stopping?.Invoke(backend) ?? ValueTask.CompletedTask;

            // Meanwhile: one process need not wait until another has left.
            await Task.WhenAll(sessions.AsTask(), backend.DisposeAsync().AsTask());
        }
        catch (Exception e)
        {
            // A defect of ours: the others stop all the same.
            _context.Logger.StopFailed(e, backend.Name);
        }
    }
}
