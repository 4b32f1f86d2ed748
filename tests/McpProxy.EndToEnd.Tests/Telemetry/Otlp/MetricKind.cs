namespace McpProxy.EndToEnd.Tests.Telemetry.Otlp;

/// <summary>What an instrument of a metric was: a sum that may fall is an up-down counter's.</summary>
internal enum MetricKind
{
    Other,
    Gauge,
    Counter,
    UpDownCounter,
    Histogram,
}
