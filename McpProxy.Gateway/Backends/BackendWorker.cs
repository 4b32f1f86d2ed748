using McpProxy.Gateway.Configuration;
using McpProxy.Gateway.Sessions;
using McpProxy.Relay.Processes;
using Microsoft.Extensions.Options;

namespace McpProxy.Gateway.Backends;

/// <summary>Starts the backends with the gateway, changes them with the configuration, and stops everything in order.</summary>
internal sealed class BackendWorker(
    BackendRegistry backends, SessionRegistry sessions, BackendSet configured, IOptions<GatewayOptions> options, TimeProvider time, ILogger<BackendWorker> logger)
    : IHostedService, IServersFileObserver
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(20);

    /// <summary>Starts the backends; once they are started, does nothing.</summary>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        backends.Stopping = backend => sessions.EndAllAsync(backend, "its backend was removed");
        backends.Apply(configured.Backends);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public void ServersFileChanged(ServersFile file)
    {
        var set = BackendSet.Create(options.Value, file);
        foreach (var remark in set.Remarks)
        {
            logger.Remark(remark);
        }

        backends.Apply(set.Backends);
    }

    /// <summary>Refuses what is new, closes the streams that no answer comes on, lets calls finish, then stops the processes.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        sessions.IsDraining = true;
        foreach (var session in sessions.All)
        {
            session.Streams.CloseOwn();
        }

        var limit = options.Value.ShutdownTimeout;
        var forProcesses = TimeSpan.FromTicks(Math.Min(ServerProcess.StopTime.Ticks, limit.Ticks / 2));
        var since = time.GetTimestamp();
        while (backends.All.Values.Any(backend => backend.InFlight > 0) && time.GetElapsedTime(since) < limit - forProcesses && !cancellationToken.IsCancellationRequested)
        {
            await Task.Delay(PollInterval, time, CancellationToken.None);
        }

        // What the calls have not used of their time, the processes get.
        var left = limit - time.GetElapsedTime(since);
        await backends.StopAsync(TimeSpan.FromTicks(Math.Clamp(left.Ticks, forProcesses.Ticks, ServerProcess.StopTime.Ticks)));
    }
}
