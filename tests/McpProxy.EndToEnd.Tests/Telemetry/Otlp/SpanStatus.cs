namespace McpProxy.EndToEnd.Tests.Telemetry.Otlp;

/// <summary><c>Status.StatusCode</c> of the protocol.</summary>
internal enum SpanStatus
{
    Unset = 0,
    Ok = 1,
    Error = 2,
}
