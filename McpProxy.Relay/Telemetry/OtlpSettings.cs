namespace McpProxy.Relay.Telemetry;

/// <summary>
/// Whether telemetry is to be sent: what the environment says (OpenTelemetry, environment variable specification; OTLP exporter
/// configuration). Without an endpoint nothing is sent, and no part of OpenTelemetry is loaded.
/// </summary>
/// <param name="variable">Gives the value of an environment variable; null when it is not set.</param>
public sealed class OtlpSettings(Func<string, string?> variable)
{
    /// <summary>Whether traces are sent.</summary>
    public bool Traces => IsOn("TRACES");

    /// <summary>Whether metrics are sent.</summary>
    public bool Metrics => IsOn("METRICS");

    /// <summary>Whether logs are sent.</summary>
    public bool Logs => IsOn("LOGS");

    /// <summary>Whether anything is sent.</summary>
    public bool Any => Traces || Metrics || Logs;

    /// <summary>Whether the environment names the service.</summary>
    public bool NamesService =>
        Is("OTEL_SERVICE_NAME") || variable("OTEL_RESOURCE_ATTRIBUTES")?.Contains("service.name=", StringComparison.Ordinal) == true;

    private bool IsOn(string signal) =>
        (Is("OTEL_EXPORTER_OTLP_ENDPOINT") || Is($"OTEL_EXPORTER_OTLP_{signal}_ENDPOINT"))
        && !string.Equals(variable("OTEL_SDK_DISABLED"), "true", StringComparison.OrdinalIgnoreCase)
        && !string.Equals(variable($"OTEL_{signal}_EXPORTER"), "none", StringComparison.OrdinalIgnoreCase);

    private bool Is(string name) => !string.IsNullOrEmpty(variable(name));
}
