using McpProxy.Relay.Telemetry;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace McpProxy.ServiceDefaults;

/// <summary>Logs, metrics and traces over OTLP.</summary>
public static class TelemetryExtensions
{
    private static readonly TimeSpan FlushTime = TimeSpan.FromSeconds(3);

    /// <summary>.NET's own instrumentation; the packages that repeat it are on fewer registries.</summary>
    private static readonly string[] Sources = [McpTelemetry.Name, "Microsoft.AspNetCore", "System.Net.Http"];

    private static readonly string[] Meters =
        [McpTelemetry.Name, "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel", "System.Net.Http", "System.Runtime"];

    /// <summary>
    /// Sends what the environment asks for, from the time that the host starts, or that <see cref="TracerProvider"/> and
    /// <see cref="MeterProvider"/> are resolved. What is left is sent when the services are disposed.
    /// </summary>
    /// <param name="services">Where to register it.</param>
    /// <param name="settings">What the environment asks for.</param>
    public static IServiceCollection AddOtlpTelemetry(this IServiceCollection services, OtlpSettings settings)
    {
        if (settings.Logs)
        {
            services.AddLogging(logging => logging.AddOpenTelemetry(options =>
            {
                options.IncludeFormattedMessage = true;
                options.IncludeScopes = true;
                options.SetResourceBuilder(Describe(ResourceBuilder.CreateDefault(), settings));
                options.AddOtlpExporter();
            }));
        }

        if (settings.Traces)
        {
            // Else ASP.NET Core's spans have no attributes, not even a path.
            AppContext.SetSwitch("Microsoft.AspNetCore.Hosting.SuppressActivityOpenTelemetryData", false);
            services.AddTransient<IStartupFilter, HttpSpans>();
            services.AddSingleton(_ => Sdk.CreateTracerProviderBuilder()
                .ConfigureResource(resource => Describe(resource, settings))
                .AddSource(Sources)
                .AddOtlpExporter()
                .Build());
        }

        if (settings.Metrics)
        {
            services.AddSingleton(_ => Sdk.CreateMeterProviderBuilder()
                .ConfigureResource(resource => Describe(resource, settings))
                .AddMeter(Meters)
                .AddOtlpExporter()
                .Build());
        }

        return services.AddHostedService<TelemetryStarter>();
    }

    /// <summary>Sends what is left. A collector that does not take it in time does not get it, so that it cannot keep the process from ending.</summary>
    /// <param name="services">The services that <see cref="AddOtlpTelemetry"/> was called for.</param>
    /// <param name="patience">How long that may take; never longer than 3 seconds.</param>
    public static Task StopTelemetryAsync(this IServiceProvider services, TimeSpan patience)
    {
        var limit = (int)Math.Min(patience.TotalMilliseconds, FlushTime.TotalMilliseconds);
        return Task.WhenAll(
            Task.Run(() => services.GetService<TracerProvider>()?.Shutdown(limit)),
            Task.Run(() => services.GetService<MeterProvider>()?.Shutdown(limit)),
            Task.Run(() => services.GetService<LoggerProvider>()?.Shutdown(limit)));
    }

    private static ResourceBuilder Describe(ResourceBuilder resource, OtlpSettings settings) => settings.NamesService
        ? resource
        : resource.AddService("mcp-proxy", serviceVersion: typeof(TelemetryExtensions).Assembly.GetName().Version?.ToString(3));

    /// <summary>Providers listen from their construction on.</summary>
    private sealed class TelemetryStarter(IServiceProvider services) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken)
        {
            services.GetService<TracerProvider>();
            services.GetService<MeterProvider>();
            return Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
