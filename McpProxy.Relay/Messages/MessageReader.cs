using System.Text.Json;

namespace McpProxy.Relay.Messages;

/// <summary>Turns bytes into messages.</summary>
public static class MessageReader
{
    /// <summary>How many messages a batch may hold.</summary>
    public const int MaxBatch = 1000;

    private static ReadOnlySpan<byte> ByteOrderMark => [0xEF, 0xBB, 0xBF];

    /// <summary>Reads what a rented buffer holds. The buffer goes to the message, or back to the pool.</summary>
    public static Parsed Read(MessagePool pool, byte[] rented, int length)
    {
        var start = rented.AsSpan(0, length).StartsWith(ByteOrderMark) ? ByteOrderMark.Length : 0;
        if (start > 0)
        {
            rented.AsSpan(start, length - start).CopyTo(rented);
            length -= start;
        }

        var body = rented.AsSpan(0, length);
        return body.TrimStart(" \t\r\n"u8) is [(byte)'[', ..]
            ? ReadBatch(pool, rented, length)
            : ReadSingle(pool, rented, length);
    }

    /// <summary>Reads one message from bytes that stay the caller's.</summary>
    public static Parsed Read(MessagePool pool, ReadOnlySpan<byte> source) => Read(pool, Copy(pool, source), source.Length);

    private static Parsed ReadSingle(MessagePool pool, byte[] rented, int length)
    {
        var body = rented.AsSpan(0, length);
        var fault = MessageScanner.Scan(body, out var envelope);
        if (fault != ScanFault.None)
        {
            var id = JsonToken.Read(body.Slice(envelope.Id.Start, envelope.Id.Length));
            pool.Return(rented);
            return new Parsed(null, null, fault, id) { IsAnswer = envelope.MethodName.IsEmpty };
        }

        Flatten(body);
        return new Parsed(new Message(pool, rented, length, envelope), null, ScanFault.None, default);
    }

    private static Parsed ReadBatch(MessagePool pool, byte[] rented, int length)
    {
        var items = new List<Slice>();
        var messages = new List<Message>();
        var fault = Split(rented.AsSpan(0, length), items);
        JsonToken id = default;
        foreach (var item in items)
        {
            // An array in an array is not a message either.
            var parsed = ReadSingle(pool, Copy(pool, rented.AsSpan(item.Start, item.Length)), item.Length);
            if (parsed.Single is not null)
            {
                messages.Add(parsed.Single);
            }
            else if (fault == ScanFault.None)
            {
                (fault, id) = (parsed.Fault, parsed.Id);
            }
        }

        pool.Return(rented);
        return new Parsed(null, messages, fault, id);
    }

    private static byte[] Copy(MessagePool pool, ReadOnlySpan<byte> source)
    {
        var rented = pool.Rent(Math.Max(1, source.Length));
        source.CopyTo(rented);
        return rented;
    }

    private static ScanFault Split(ReadOnlySpan<byte> json, List<Slice> items)
    {
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = MessageScanner.MaxDepth + 1 });
        try
        {
            reader.Read();
            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            {
                var start = (int)reader.TokenStartIndex;
                reader.Skip();
                items.Add(new Slice(start, (int)reader.BytesConsumed - start));
            }

            reader.Read(); // Throws when something follows the array.
        }
        catch (JsonException)
        {
            items.Clear();
            return MessageScanner.WhyNotJson(reader, json, MessageScanner.MaxDepth + 1);
        }

        if (items.Count <= MaxBatch)
        {
            return items.Count == 0 ? ScanFault.EmptyBatch : ScanFault.None;
        }

        items.Clear();
        return ScanFault.BatchTooLong;
    }

    /// <summary>
    /// Makes valid JSON fit on one line. A raw CR or LF stands only between its tokens (RFC 8259, section 7: control characters in
    /// strings are escaped), so a space in its place changes nothing.
    /// </summary>
    private static void Flatten(Span<byte> json)
    {
        if (json.ContainsAny((byte)'\r', (byte)'\n'))
        {
            json.Replace((byte)'\r', (byte)' ');
            json.Replace((byte)'\n', (byte)' ');
        }
    }
}
