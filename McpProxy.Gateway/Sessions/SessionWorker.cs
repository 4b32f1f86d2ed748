using McpProxy.Gateway.Configuration;
using Microsoft.Extensions.Options;

namespace McpProxy.Gateway.Sessions;

/// <summary>Ends sessions that are idle, and refuses requests of servers that found no stream in time.</summary>
internal sealed class SessionWorker(SessionRegistry sessions, IOptions<GatewayOptions> options, TimeProvider time) : BackgroundService
{
    private static readonly TimeSpan ShortestPeriod = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPeriod = TimeSpan.FromSeconds(10);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // A tenth of the shorter limit: nobody needs it to the second, and each look wakes up the machine.
        var shorter = Math.Min(options.Value.ServerRequestTimeout.Ticks, options.Value.SessionIdleTimeout.Ticks);
        var period = TimeSpan.FromTicks(Math.Clamp(shorter / 10, ShortestPeriod.Ticks, LongestPeriod.Ticks));
        using var timer = new PeriodicTimer(period, time);
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
