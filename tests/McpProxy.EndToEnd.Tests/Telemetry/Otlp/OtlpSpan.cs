namespace McpProxy.EndToEnd.Tests.Telemetry.Otlp;

/// <summary>A span that was exported; ids are in lower-case hex, times in nanoseconds since 1970.</summary>
internal sealed class OtlpSpan
{
    private OtlpSpan(OtlpSource source) => Source = source;

    public OtlpSource Source { get; }

    public string TraceId { get; private set; } = "";

    public string SpanId { get; private set; } = "";

    /// <summary>The parent's id; empty for a root.</summary>
    public string ParentId { get; private set; } = "";

    public string Name { get; private set; } = "";

    public SpanKind Kind { get; private set; }

    public ulong Start { get; private set; }

    public ulong End { get; private set; }

    public OtlpAttributes Attributes { get; } = new();

    public SpanStatus Status { get; private set; }

    public string StatusMessage { get; private set; } = "";

    public List<OtlpLink> Links { get; } = [];

    public static OtlpSpan Read(OtlpSource source, ReadOnlySpan<byte> message)
    {
        var span = new OtlpSpan(source);
        var reader = new ProtobufReader(message);
        while (reader.Read())
        {
            span.Take(reader);
        }

        return span;
    }

    public override string ToString() =>
        $"{Source.Service}/{Source.Scope}: {Kind} '{Name}' {TraceId}-{SpanId} in {ParentId} {Status} '{StatusMessage}' [{Attributes}] -> {string.Join(", ", Links)}";

    private void Take(ProtobufReader field)
    {
        switch (field.Field)
        {
            case 1: TraceId = field.Hex; break;
            case 2: SpanId = field.Hex; break;
            case 4: ParentId = field.Hex; break;
            case 5: Name = field.Text; break;
            case 6: Kind = (SpanKind)field.Number; break;
            case 7: Start = field.Number; break;
            case 8: End = field.Number; break;
            case 9: Attributes.Add(field.Bytes); break;
            case 13: Links.Add(OtlpLink.Read(field.Bytes)); break;
            case 15: TakeStatus(field.Bytes); break;
        }
    }

    private void TakeStatus(ReadOnlySpan<byte> message)
    {
        var reader = new ProtobufReader(message);
        while (reader.Read())
        {
            switch (reader.Field)
            {
                case 2: StatusMessage = reader.Text; break;
                case 3: Status = (SpanStatus)reader.Number; break;
            }
        }
    }
}
