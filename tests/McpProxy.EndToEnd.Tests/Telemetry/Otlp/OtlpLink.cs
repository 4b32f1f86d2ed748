namespace McpProxy.EndToEnd.Tests.Telemetry.Otlp;

/// <summary>A span's link to another; ids are in lower-case hex.</summary>
internal sealed record OtlpLink(string TraceId, string SpanId)
{
    public static OtlpLink Read(ReadOnlySpan<byte> message)
    {
        var (traceId, spanId) = ("", "");
        var reader = new ProtobufReader(message);
        while (reader.Read())
        {
            traceId = reader.Field == 1 ? reader.Hex : traceId;
            spanId = reader.Field == 2 ? reader.Hex : spanId;
        }

        return new OtlpLink(traceId, spanId);
    }
}
