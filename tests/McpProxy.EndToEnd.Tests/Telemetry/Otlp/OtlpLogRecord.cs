using System.Globalization;

namespace McpProxy.EndToEnd.Tests.Telemetry.Otlp;

/// <summary>A log record that was exported; ids are in lower-case hex and empty when there are none.</summary>
internal sealed class OtlpLogRecord
{
    /// <summary><c>SEVERITY_NUMBER_WARN</c>: this and more is a warning or worse.</summary>
    public const int Warning = 13;

    private OtlpLogRecord(OtlpSource source) => Source = source;

    public OtlpSource Source { get; }

    public string Body { get; private set; } = "";

    public int Severity { get; private set; }

    public OtlpAttributes Attributes { get; } = new();

    public string TraceId { get; private set; } = "";

    public string SpanId { get; private set; } = "";

    public static OtlpLogRecord Read(OtlpSource source, ReadOnlySpan<byte> message)
    {
        var record = new OtlpLogRecord(source);
        var reader = new ProtobufReader(message);
        while (reader.Read())
        {
            record.Take(reader);
        }

        return record;
    }

    public override string ToString() =>
        $"{Source.Service}/{Source.Scope}: {Severity} '{Body}' {TraceId}-{SpanId} [{Attributes}]";

    private void Take(ProtobufReader field)
    {
        switch (field.Field)
        {
            case 2: Severity = (int)field.Number; break;
            case 5: Body = Convert.ToString(OtlpAttributes.Value(field.Bytes), CultureInfo.InvariantCulture) ?? ""; break;
            case 6: Attributes.Add(field.Bytes); break;
            case 9: TraceId = field.Hex; break;
            case 10: SpanId = field.Hex; break;
        }
    }
}
