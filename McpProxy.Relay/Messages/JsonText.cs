using System.Buffers.Text;
using System.Text.Json;

namespace McpProxy.Relay.Messages;

/// <summary>
/// Compares a JSON string with a name of ours. <see cref="Utf8JsonReader.ValueTextEquals(ReadOnlySpan{byte})"/> throws when the string
/// escapes half of a surrogate pair, which is JSON nonetheless (RFC 8259, section 8.2).
/// </summary>
internal static class JsonText
{
    /// <summary>Whether the reader's current string or name stands for <paramref name="ascii"/>; escapes count as what they stand for.</summary>
    public static bool Is(ref Utf8JsonReader reader, ReadOnlySpan<byte> ascii)
    {
        var spelled = reader.ValueSpan;
        if (!reader.ValueIsEscaped)
        {
            return spelled.SequenceEqual(ascii);
        }

        foreach (var expected in ascii)
        {
            if (Take(ref spelled) != expected)
            {
                return false;
            }
        }

        return spelled.IsEmpty;
    }

    /// <summary>The next character, or -1 for one that is in no name of ours.</summary>
    private static int Take(ref ReadOnlySpan<byte> spelled)
    {
        var (character, length) = spelled switch
        {
            [] => (-1, 0),
            [(byte)'\\', (byte)'u', ..] => (Utf8Parser.TryParse(spelled.Slice(2, 4), out ushort code, out _, 'x') ? code : -1, 6),
            [(byte)'\\', (byte)'/', ..] => ('/', 2),
            [(byte)'\\', ..] => (-1, 2),
            [var plain, ..] => (plain, 1),
        };
        spelled = spelled[length..];
        return character;
    }
}
