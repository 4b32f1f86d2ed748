using McpProxy.Gateway.Configuration;
using Microsoft.Extensions.Options;

namespace McpProxy.Gateway.Sessions;

/// <summary>Ends sessions that are idle, and refuses requests of servers that found no stream in time.</summary>
internal sealed class SessionWorker(SessionRegistry sessions, IOptions<GatewayOptions> options, TimeProvider time) : BackgroundService
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Period, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            foreach (var session in sessions.All)
            {
                session.RefuseExpired(options.Value.ServerRequestTimeout);
                if (session.IsIdle(options.Value.SessionIdleTimeout))
                {
                    sessions.EndSoon(session, "idle");
                }
            }
        }
    }
}
