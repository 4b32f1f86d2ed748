namespace McpProxy.EndToEnd.Tests.Telemetry.Otlp;

/// <summary>
/// What the export requests for traces, metrics and logs have in common (opentelemetry-proto, collector/*/v1): records of a scope, in
/// scopes of a resource, in resources of a request.
/// </summary>
internal static class OtlpRequest
{
    /// <summary>Reads one record of its kind.</summary>
    public delegate IReadOnlyList<T> RecordReader<T>(OtlpSource source, ReadOnlySpan<byte> record);

    public static IReadOnlyList<T> Read<T>(ReadOnlySpan<byte> request, RecordReader<T> read)
    {
        var records = new List<T>();
        var reader = new ProtobufReader(request);
        while (reader.Read())
        {
            if (reader.Field == 1)
            {
                ReadResource(reader.Bytes, read, records);
            }
        }

        return records;
    }

    private static void ReadResource<T>(ReadOnlySpan<byte> message, RecordReader<T> read, List<T> records)
    {
        var service = NameOfService(message);
        var reader = new ProtobufReader(message);
        while (reader.Read())
        {
            if (reader.Field == 2)
            {
                ReadScope(service, reader.Bytes, read, records);
            }
        }
    }

    private static void ReadScope<T>(string service, ReadOnlySpan<byte> message, RecordReader<T> read, List<T> records)
    {
        var source = new OtlpSource(service, NameOfScope(message));
        var reader = new ProtobufReader(message);
        while (reader.Read())
        {
            if (reader.Field == 2)
            {
                records.AddRange(read(source, reader.Bytes));
            }
        }
    }

    private static string NameOfService(ReadOnlySpan<byte> message)
    {
        var attributes = new OtlpAttributes();
        var reader = new ProtobufReader(First(message));
        while (reader.Read())
        {
            if (reader.Field == 1)
            {
                attributes.Add(reader.Bytes);
            }
        }

        return attributes["service.name"] as string ?? "";
    }

    private static string NameOfScope(ReadOnlySpan<byte> message)
    {
        var reader = new ProtobufReader(First(message));
        return reader.Read() && reader.Field == 1 ? reader.Text : "";
    }

    // The resource, or the scope: field 1 of what holds the rest.
    private static ReadOnlySpan<byte> First(ReadOnlySpan<byte> message)
    {
        var reader = new ProtobufReader(message);
        while (reader.Read())
        {
            if (reader.Field == 1)
            {
                return reader.Bytes;
            }
        }

        return default;
    }
}
