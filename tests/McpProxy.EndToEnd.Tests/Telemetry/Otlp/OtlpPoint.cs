using System.Globalization;
using System.Runtime.InteropServices;

namespace McpProxy.EndToEnd.Tests.Telemetry.Otlp;

/// <summary>One point of a metric, as one export told it.</summary>
internal sealed class OtlpPoint
{
    private OtlpPoint(OtlpMetric metric) => Metric = metric;

    public OtlpMetric Metric { get; }

    public OtlpAttributes Attributes { get; } = new();

    /// <summary>The value of a counter or a gauge.</summary>
    public double Value { get; private set; }

    /// <summary>How much a histogram has counted.</summary>
    public ulong Count { get; private set; }

    /// <summary>The sum of what a histogram has counted.</summary>
    public double Sum { get; private set; }

    /// <summary>The bounds of a histogram's buckets.</summary>
    public double[] Bounds { get; private set; } = [];

    public static OtlpPoint Read(OtlpMetric metric, ReadOnlySpan<byte> message)
    {
        var point = new OtlpPoint(metric);
        var reader = new ProtobufReader(message);
        while (reader.Read())
        {
            if (metric.Kind == MetricKind.Histogram)
            {
                point.TakeOfHistogram(reader);
            }
            else
            {
                point.TakeOfNumber(reader);
            }
        }

        return point;
    }

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Metric.Source.Service}/{Metric.Source.Scope}: {Metric.Kind} {Metric.Name} {Metric.Unit} [{Attributes}] = {Value}, {Count} in {Sum}");

    private void TakeOfNumber(ProtobufReader field)
    {
        switch (field.Field)
        {
            case 4: Value = field.Double; break;
            case 6: Value = (long)field.Number; break;
            case 7: Attributes.Add(field.Bytes); break;
        }
    }

    private void TakeOfHistogram(ProtobufReader field)
    {
        switch (field.Field)
        {
            case 4: Count = field.Number; break;
            case 5: Sum = field.Double; break;
            case 7: Bounds = TakeBounds(field); break;
            case 9: Attributes.Add(field.Bytes); break;
        }
    }

    // A repeated number is packed into one field, or comes as a field each.
    private double[] TakeBounds(ProtobufReader field) =>
        field.Bytes.IsEmpty ? [.. Bounds, field.Double] : MemoryMarshal.Cast<byte, double>(field.Bytes).ToArray();
}
