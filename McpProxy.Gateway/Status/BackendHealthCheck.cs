using McpProxy.Gateway.Backends;
using McpProxy.Gateway.Configuration;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace McpProxy.Gateway.Status;

/// <summary>Ready when the default backend can serve; where there is none, when any can.</summary>
internal sealed class BackendHealthCheck(BackendRegistry backends) : IHealthCheck
{
    /// <inheritdoc/>
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var isReady = backends.Find(GatewayOptions.DefaultBackend) is { } main ? main.IsReady : backends.All.Values.Any(backend => backend.IsReady);
        return Task.FromResult(isReady ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy("No backend can serve. GET /status says why."));
    }
}
