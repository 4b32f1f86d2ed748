using System.Buffers;
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

    private byte[]? _head;
    private byte[] _tail = [];

    public bool IsOpen => _head is not null;

    public void Add(in ReadOnlySequence<byte> part)
    {
        _head ??= part.Slice(0, Math.Min(part.Length, KeepBytes)).ToArray();
        _tail = [.. _tail, .. part.Slice(Math.Max(0, part.Length - KeepBytes)).ToArray()];
        _tail = _tail[Math.Max(0, _tail.Length - KeepBytes)..];
    }

    /// <summary>Ends the line.</summary>
    /// <returns>The id of the response that it was, or none.</returns>
    public JsonToken Close()
    {
        var id = IdAtStart(_head);
        id = id.IsNone ? IdAtEnd(_tail) : id;
        _head = null;
        _tail = [];
        return id;
    }

    /// <summary>The id in <c>{"jsonrpc":"2.0","id":1,"result":…</c>.</summary>
    private static JsonToken IdAtStart(ReadOnlySpan<byte> head)
    {
        var reader = new Utf8JsonReader(head, isFinalBlock: false, state: default);
        try
        {
            while (reader.Read() && reader.CurrentDepth <= 1)
            {
                if (reader.TokenType == JsonTokenType.PropertyName && reader.ValueTextEquals("id"u8))
                {
                    return reader.Read() && reader.TokenType is JsonTokenType.String or JsonTokenType.Number
                        ? JsonToken.Read(head[(int)reader.TokenStartIndex..(int)reader.BytesConsumed])
                        : default;
                }
            }
        }
        catch (JsonException)
        {
            // Junk has no id.
        }

        return default;
    }

    /// <summary>The id in <c>…},"jsonrpc":"2.0","id":1}</c>: the last member before the one brace that closes the message.</summary>
    private static JsonToken IdAtEnd(ReadOnlySpan<byte> tail)
    {
        tail = tail.TrimEnd(" \t\r"u8);
        var name = tail.LastIndexOf("\"id\""u8);
        if (name < 0 || tail is not [.. var inner, (byte)'}'])
        {
            return default;
        }

        var value = inner[(name + 4)..].TrimStart(" \t"u8);
        if (value is not [(byte)':', .. var token])
        {
            return default;
        }

        token = token.Trim(" \t"u8);
        var isWhole = token is [(byte)'"', .. var text, (byte)'"'] ? !text.ContainsAny((byte)'"', (byte)'\\') : !token.TrimStart((byte)'-').ContainsAnyExceptInRange((byte)'0', (byte)'9');
        return isWhole ? JsonToken.Read(token) : default;
    }
}
