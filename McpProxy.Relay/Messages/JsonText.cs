using System.Buffers.Text;
using System.Text;
using System.Text.Json;

namespace McpProxy.Relay.Messages;

/// <summary>
/// JSON strings as text, and compared with names of ours. <see cref="Utf8JsonReader.ValueTextEquals(ReadOnlySpan{byte})"/> throws when the string
/// escapes half of a surrogate pair, which is JSON nonetheless (RFC 8259, section 8.2).
/// </summary>
public static class JsonText
{
    private const int MaxTextBytes = 1024;

    /// <summary>What a JSON string stands for, and any other token as it is spelled; empty when there is none. Cut where it is absurdly long.</summary>
    public static string Read(ReadOnlySpan<byte> token)
    {
        if (token is not [(byte)'"', .., (byte)'"'] || token.Length > MaxTextBytes)
        {
            return Encoding.UTF8.GetString(token[..Math.Min(token.Length, MaxTextBytes)]);
        }

        if (!token.Contains((byte)'\\'))
        {
            return Encoding.UTF8.GetString(token[1..^1]);
        }

        try
        {
            var reader = new Utf8JsonReader(token);
            reader.Read();
            return reader.GetString()!;
        }
        catch (InvalidOperationException)
        {
            return Encoding.UTF8.GetString(token); // Half of a surrogate pair is no text.
        }
    }

    /// <summary>Whether the reader's current string or name stands for <paramref name="ascii"/>; escapes count as what they stand for.</summary>
    internal static bool Is(ref Utf8JsonReader reader, ReadOnlySpan<byte> ascii)
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
