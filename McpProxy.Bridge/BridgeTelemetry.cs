using McpProxy.Relay.Telemetry;
using McpProxy.ServiceDefaults;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace McpProxy.Bridge;

/// <summary>Sends telemetry while the bridge runs, and what is left of it at the end.</summary>
internal sealed class BridgeTelemetry : IAsyncDisposable
{
    private readonly ServiceProvider _services;

    private BridgeTelemetry(OtlpSettings settings, LogLevel level)
    {
        var services = new ServiceCollection();
        services.AddLogging(logging => logging.SetMinimumLevel(level));
        services.AddOtlpTelemetry(settings);
        _services = services.BuildServiceProvider();
        _services.GetService<TracerProvider>();
        _services.GetService<MeterProvider>();
    }

    /// <summary>Starts what the environment asks for; null when that is nothing, and then nothing of it is loaded.</summary>
    /// <param name="variable">Gives the value of an environment variable; null when it is not set.</param>
    /// <param name="level">From which level on records are sent.</param>
    public static BridgeTelemetry? Start(Func<string, string?> variable, LogLevel level) =>
        new OtlpSettings(variable) is { Any: true } settings ? new BridgeTelemetry(settings, level) : null;

    /// <summary>Writes to a log, and sends what is written.</summary>
    public ILogger Add(ILogger logger) => new TeeLogger(logger, _services.GetRequiredService<ILoggerFactory>().CreateLogger("McpProxy.Bridge"));

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _services.StopTelemetryAsync(TimeSpan.MaxValue);
        await _services.DisposeAsync();
    }
}
