using McpProxy.Relay.Telemetry;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace McpProxy.ServiceDefaults;

/// <summary>Telemetry and health, the same for every host.</summary>
public static class ServiceDefaultsExtensions
{
    private const string LiveTag = "live";

    /// <summary>
    /// Adds health checks, and logs, metrics and traces over OTLP when the environment names an endpoint
    /// (<c>OTEL_EXPORTER_OTLP_ENDPOINT</c>); nothing listens when it does not. No retry handler for HTTP clients: repeating a call could
    /// run a tool twice.
    /// </summary>
    public static TBuilder AddServiceDefaults<TBuilder>(this TBuilder builder)
        where TBuilder : IHostApplicationBuilder
    {
        builder.Services.AddHealthChecks().AddCheck("self", () => HealthCheckResult.Healthy(), [LiveTag]);
        if (new OtlpSettings(Environment.GetEnvironmentVariable) is { Any: true } settings)
        {
            builder.Services.AddOtlpTelemetry(settings);
        }
        else
        {
            // Each request would get a span and a log scope that nobody reads.
            builder.Logging.AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.None);
        }

        return builder;
    }

    /// <summary>Maps <c>/health</c> (ready to serve) and <c>/alive</c> (the process answers), in production too: probes need them there.</summary>
    public static WebApplication MapDefaultEndpoints(this WebApplication app)
    {
        app.MapHealthChecks("/health");
        app.MapHealthChecks("/alive", new HealthCheckOptions { Predicate = check => check.Tags.Contains(LiveTag) });
        return app;
    }
}
