namespace McpProxy.EndToEnd.Tests.Telemetry.Otlp;

/// <summary>The environment variables of OpenTelemetry that the tests set.</summary>
internal static class OtlpVariables
{
    /// <summary>Export over HTTP to an endpoint, under a name, at intervals that no test waits long for.</summary>
    public static IReadOnlyDictionary<string, string?> For(string endpoint, string service) => new Dictionary<string, string?>(StringComparer.Ordinal)
    {
        ["OTEL_EXPORTER_OTLP_ENDPOINT"] = endpoint,
        ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
        ["OTEL_SERVICE_NAME"] = service,
        ["OTEL_BSP_SCHEDULE_DELAY"] = "200",
        ["OTEL_BLRP_SCHEDULE_DELAY"] = "200",
        ["OTEL_METRIC_EXPORT_INTERVAL"] = "500",
    };

    /// <summary>The same, at intervals that no test lives to see: only what is flushed at the end arrives.</summary>
    public static IReadOnlyDictionary<string, string?> OnlyAtTheEnd(string endpoint, string service) =>
        new Dictionary<string, string?>(For(endpoint, service), StringComparer.Ordinal)
        {
            ["OTEL_BSP_SCHEDULE_DELAY"] = "3600000",
            ["OTEL_BLRP_SCHEDULE_DELAY"] = "3600000",
            ["OTEL_METRIC_EXPORT_INTERVAL"] = "3600000",
        };
}
