namespace McpProxy.EndToEnd.Tests.Telemetry.Otlp;

/// <summary>What a metric says of itself.</summary>
internal sealed record OtlpMetric(OtlpSource Source, string Name, string Unit, MetricKind Kind)
{
    private const int Gauge = 5;
    private const int Sum = 7;
    private const int Histogram = 9;

    /// <summary>Reads a <c>Metric</c> with all its points.</summary>
    public static IReadOnlyList<OtlpPoint> Read(OtlpSource source, ReadOnlySpan<byte> message)
    {
        var metric = new OtlpMetric(source, "", "", MetricKind.Other);
        ReadOnlySpan<byte> data = default;
        var reader = new ProtobufReader(message);
        while (reader.Read())
        {
            switch (reader.Field)
            {
                case 1:
                    metric = metric with { Name = reader.Text };
                    break;
                case 3:
                    metric = metric with { Unit = reader.Text };
                    break;
                case Gauge or Sum or Histogram:
                    data = reader.Bytes;
                    metric = metric with { Kind = KindOf(reader.Field, data) };
                    break;
            }
        }

        return ReadPoints(metric, data);
    }

    private static MetricKind KindOf(int field, ReadOnlySpan<byte> data) => field switch
    {
        Gauge => MetricKind.Gauge,
        Histogram => MetricKind.Histogram,
        _ => IsMonotonic(data) ? MetricKind.Counter : MetricKind.UpDownCounter,
    };

    private static bool IsMonotonic(ReadOnlySpan<byte> sum)
    {
        var reader = new ProtobufReader(sum);
        while (reader.Read())
        {
            if (reader.Field == 3)
            {
                return reader.Number != 0;
            }
        }

        return false;
    }

    private static List<OtlpPoint> ReadPoints(OtlpMetric metric, ReadOnlySpan<byte> data)
    {
        var points = new List<OtlpPoint>();
        var reader = new ProtobufReader(data);
        while (reader.Read())
        {
            if (reader.Field == 1)
            {
                points.Add(OtlpPoint.Read(metric, reader.Bytes));
            }
        }

        return points;
    }
}
