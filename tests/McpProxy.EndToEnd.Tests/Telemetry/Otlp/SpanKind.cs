namespace McpProxy.EndToEnd.Tests.Telemetry.Otlp;

/// <summary><c>Span.SpanKind</c> of the protocol.</summary>
internal enum SpanKind
{
    Unspecified = 0,
    Internal = 1,
    Server = 2,
    Client = 3,
    Producer = 4,
    Consumer = 5,
}
