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
    private readonly SemaphoreSlim _changing = new(1);
    private volatile ImmutableSortedDictionary<string, Backend> _backends = ImmutableSortedDictionary.Create<string, Backend>(StringComparer.Ordinal);

    /// <summary>Called for each backend that is about to be stopped, to end its sessions.</summary>
    public Func<Backend, ValueTask>? Stopping { get; set; }

    /// <summary>All backends, by name.</summary>
    public IReadOnlyDictionary<string, Backend> All => _backends;

    /// <summary>The backend of that name, or null.</summary>
    public Backend? Find(string name) => _backends.GetValueOrDefault(name);

    /// <summary>Starts what is new, stops what is gone or changed, and leaves the rest alone.</summary>
    public async Task ApplyAsync(IReadOnlyDictionary<string, BackendOptions> wanted)
    {
        await _changing.WaitAsync();
        try
        {
            var next = ImmutableSortedDictionary.CreateBuilder<string, Backend>(StringComparer.Ordinal);
            foreach (var (name, backend) in wanted.Where(entry => entry.Value.IsEnabled))
            {
                next[name] = _backends.TryGetValue(name, out var running) && running.Options.Equals(backend)
                    ? running
                    : new Backend(name, backend, _context);
            }

            var before = _backends;
            _backends = next.ToImmutable();
            foreach (var (name, backend) in _backends.Where(entry => before.GetValueOrDefault(entry.Key) != entry.Value))
            {
                _context.Logger.Configured(name, before.ContainsKey(name) ? "changed" : "new");
                backend.Start();
            }

            await Task.WhenAll(before.Values.Where(backend => _backends.GetValueOrDefault(backend.Name) != backend).Select(StopAsync));
        }
        finally
        {
            _changing.Release();
        }
    }

    /// <summary>Stops all backends, at once.</summary>
    /// <param name="within">How long their processes may take to leave, before they are killed.</param>
    public ValueTask StopAsync(TimeSpan within)
    {
        _context.StopTime = within;
        return new ValueTask(ApplyAsync(new Dictionary<string, BackendOptions>(StringComparer.Ordinal)));
    }

    /// <summary>Stops what still runs: all of it, when the gateway did not get as far as to serve.</summary>
    public ValueTask DisposeAsync() => StopAsync(TimeSpan.FromTicks(Math.Min(ServerProcess.StopTime.Ticks, options.Value.ShutdownTimeout.Ticks)));

    private async Task StopAsync(Backend backend)
    {
        _context.Logger.Stopping(backend.Name);
        var sessions = Stopping?.Invoke(backend) ?? ValueTask.CompletedTask;

        // Meanwhile: one process need not wait until another has left.
        await Task.WhenAll(sessions.AsTask(), backend.DisposeAsync().AsTask());
    }
}
