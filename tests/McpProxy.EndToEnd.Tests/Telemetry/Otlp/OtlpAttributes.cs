using System.Globalization;

namespace McpProxy.EndToEnd.Tests.Telemetry.Otlp;

/// <summary>Attributes as they came: strings, booleans, <see cref="long"/>, <see cref="double"/>, arrays of them.</summary>
internal sealed class OtlpAttributes
{
    private readonly SortedDictionary<string, object?> _values = new(StringComparer.Ordinal);

    /// <summary>The value, or null when there is none.</summary>
    public object? this[string name] => _values.GetValueOrDefault(name);

    public IEnumerable<string> Names => _values.Keys;

    /// <summary>Adds what a <c>KeyValue</c> says.</summary>
    public void Add(ReadOnlySpan<byte> keyValue)
    {
        string? key = null;
        object? value = null;
        var reader = new ProtobufReader(keyValue);
        while (reader.Read())
        {
            switch (reader.Field)
            {
                case 1:
                    key = reader.Text;
                    break;
                case 2:
                    value = Value(reader.Bytes);
                    break;
            }
        }

        _values.Add(key ?? "", value); // "Attribute keys MUST be unique": a second one is a fault that must show.
    }

    /// <summary>The value of an <c>AnyValue</c>.</summary>
    public static object? Value(ReadOnlySpan<byte> anyValue)
    {
        var reader = new ProtobufReader(anyValue);
        return !reader.Read() ? null : reader.Field switch
        {
            1 => reader.Text,
            2 => reader.Number != 0,
            3 => (long)reader.Number,
            4 => reader.Double,
            5 => Values(reader.Bytes),
            _ => reader.Hex,
        };
    }

    public override string ToString() =>
        string.Join(", ", _values.Select(pair => string.Create(CultureInfo.InvariantCulture, $"{pair.Key}={pair.Value}")));

    private static object?[] Values(ReadOnlySpan<byte> arrayValue)
    {
        var values = new List<object?>();
        var reader = new ProtobufReader(arrayValue);
        while (reader.Read())
        {
            values.Add(Value(reader.Bytes));
        }

        return [.. values];
    }
}
