using System.Text.Json;
using McpProxy.Relay.Messages;

namespace McpProxy.Relay.Transports;

/// <summary>
/// Keeps the two ends of a line that is too long to keep, so that the request that it answers can be told. Writers put a response's
/// id before its result or after it; both places are looked at, and nothing is claimed that could be a member of the result.
/// </summary>
internal sealed class OversizedLine
{
    private const int KeepBytes = MessageScanner.MaxTokenBytes + 64;

    private static ReadOnlySpan<byte> Space => " \t\r\n"u8;

    private byte[]? _head;
    private byte[] _tail = [];

    public bool IsOpen => _head is not null;

    /// <summary>The id of the response that a line was meant to be, or none.</summary>
    public static JsonToken IdOf(ReadOnlySpan<byte> line) => IdOf(Head(line), Tail(line));

    public void Add(ReadOnlySpan<byte> part)
    {
        _head ??= Head(part).ToArray();
        _tail = Tail([.. _tail, .. Tail(part)]).ToArray();
    }

    /// <summary>Ends the line.</summary>
    /// <returns>The id of the response that it was, or none.</returns>
    public JsonToken Close()
    {
        var id = IdOf(_head, _tail);
        _head = null;
        _tail = [];
        return id;
    }

    private static ReadOnlySpan<byte> Head(ReadOnlySpan<byte> bytes) => bytes[..Math.Min(bytes.Length, KeepBytes)];

    private static ReadOnlySpan<byte> Tail(ReadOnlySpan<byte> bytes) => bytes[Math.Max(0, bytes.Length - KeepBytes)..];

    private static JsonToken IdOf(ReadOnlySpan<byte> head, ReadOnlySpan<byte> tail)
    {
        var id = IdAtStart(head);
        return id.IsNone ? IdAtEnd(tail) : id;
    }

    /// <summary>The id in <c>{"jsonrpc":"2.0","id":1,"result":…</c>.</summary>
    private static JsonToken IdAtStart(ReadOnlySpan<byte> head)
    {
        var reader = new Utf8JsonReader(head, isFinalBlock: false, state: default);
        try
        {
            while (reader.Read() && reader.CurrentDepth <= 1)
            {
                if (reader.TokenType == JsonTokenType.PropertyName && JsonText.Is(ref reader, "id"u8))
                {
                    return reader.Read() ? WholeToken(head[(int)reader.TokenStartIndex..(int)reader.BytesConsumed]) : default;
                }
            }
        }
        catch (JsonException)
        {
            // Junk has no id.
        }

        return default;
    }

    /// <summary>
    /// The id in <c>…},"jsonrpc":"2.0","id":1}</c> and in <c>…},"id":1,"jsonrpc":"2.0"}</c>: the last members before the one brace that
    /// closes the message.
    /// </summary>
    private static JsonToken IdAtEnd(ReadOnlySpan<byte> tail)
    {
        if (tail.TrimEnd(Space) is not [.. var members, (byte)'}'])
        {
            return default;
        }

        members = members.TrimEnd(Space);
        var version = ",\"jsonrpc\":\"2.0\""u8;
        members = members.EndsWith(version) ? members[..^version.Length] : members;
        var name = members.LastIndexOf("\"id\""u8);
        if (name < 1 || members[name - 1] == (byte)'\\')
        {
            return default; // After a backslash the quote is a part of another name.
        }

        return members[(name + 4)..].TrimStart(Space) is [(byte)':', .. var value] ? WholeToken(value.Trim(Space)) : default;
    }

    /// <summary>The id that these bytes are, if they are all of a token that an id can be.</summary>
    private static JsonToken WholeToken(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        try
        {
            return json.Length <= MessageScanner.MaxTokenBytes && reader.Read() && reader.BytesConsumed == json.Length
                && reader.TokenType is JsonTokenType.String or JsonTokenType.Number
                ? JsonToken.Read(json)
                : default;
        }
        catch (JsonException)
        {
            return default; // Junk has no id.
        }
    }
}
