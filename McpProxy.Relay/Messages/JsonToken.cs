using System.Buffers;
using System.Buffers.Text;
using System.Text.Json;

namespace McpProxy.Relay.Messages;

/// <summary>
/// A JSON string or number as it was spelled: a request id, a progress token. Compared by its bytes, so <c>1</c>, <c>1.0</c> and
/// <c>"1"</c> are three tokens. A plain integer costs no allocation.
/// </summary>
public readonly struct JsonToken : IEquatable<JsonToken>
{
    /// <summary>How many bytes an integer may take.</summary>
    internal const int MaxDigits = 20;

    /// <summary>Beyond 2^53 a peer that reads numbers as doubles rounds.</summary>
    private const long MaxSafeInteger = 1L << 53;

    /// <summary>Printable ASCII that no JSON writer in the field escapes: not the quote, the backslash, and not &lt; &gt; &amp; ' + ` = /.</summary>
    private static readonly SearchValues<byte> Stable = SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789 !#$%()*,-.:;?@[]^_{|}~"u8);

    /// <summary>Stands in <see cref="_raw"/> for "see <see cref="_number"/>": a token is two words, and there are several in each message.</summary>
    private static readonly byte[] Number = [0];

    private readonly byte[]? _raw;
    private readonly long _number;

    private JsonToken(long number) => (_raw, _number) = (Number, number);

    private JsonToken(byte[] raw) => _raw = raw;

    /// <summary>Whether there is no token.</summary>
    public bool IsNone => _raw is null;

    /// <summary>How many bytes the token takes.</summary>
    public int Length
    {
        get
        {
            Span<byte> digits = stackalloc byte[MaxDigits];
            return Spell(digits).Length;
        }
    }

    /// <summary>
    /// Whether every peer echoes the token byte for byte. <c>1.0</c> may come back as <c>1</c>, and <c>"é"</c> as <c>"\u00e9"</c>,
    /// because peers parse ids and write them anew.
    /// </summary>
    public bool IsStable => IsNumber
        ? _number is >= -MaxSafeInteger and <= MaxSafeInteger
        : _raw.AsSpan() is [(byte)'"', .. var text, _] && !text.ContainsAnyExcept(Stable);

    private bool IsNumber => ReferenceEquals(_raw, Number);

    /// <summary>Takes a token of JSON, quotes included.</summary>
    public static JsonToken Read(ReadOnlySpan<byte> token)
    {
        if (token.IsEmpty)
        {
            return default;
        }

        // JSON allows no leading zeros and no plus sign, so -0 is the one integer that has two spellings.
        return Utf8Parser.TryParse(token, out long number, out var consumed) && consumed == token.Length && !token.SequenceEqual("-0"u8)
            ? new JsonToken(number)
            : new JsonToken(token.ToArray());
    }

    /// <summary>Bytes that are written as they are, whether they are one token or not.</summary>
    internal static JsonToken Verbatim(byte[] bytes) => new(bytes);

    /// <summary>The token of an integer.</summary>
    public static JsonToken From(long number) => new(number);

    /// <summary>The token of a string.</summary>
    public static JsonToken From(string text) => new(JsonSerializer.SerializeToUtf8Bytes(text, RelayJson.Default.String));

    /// <summary>Whether the token is that integer, as written by <see cref="From(long)"/>.</summary>
    public bool TryGetInt64(out long number)
    {
        number = _number;
        return IsNumber;
    }

    /// <summary>Writes the token; <paramref name="destination"/> has at least <see cref="Length"/> bytes.</summary>
    /// <returns>How many bytes were written.</returns>
    public int Format(Span<byte> destination)
    {
        if (IsNumber)
        {
            return Utf8Formatter.TryFormat(_number, destination, out var written) ? written : 0;
        }

        _raw.CopyTo(destination);
        return _raw?.Length ?? 0;
    }

    /// <summary>The token's bytes: in <paramref name="digits"/> when it is an integer.</summary>
    internal ReadOnlySpan<byte> Spell(Span<byte> digits) => IsNumber ? digits[..Format(digits)] : _raw;

    /// <summary>The token's bytes.</summary>
    public byte[] ToArray()
    {
        Span<byte> digits = stackalloc byte[MaxDigits];
        return Spell(digits).ToArray();
    }

    /// <inheritdoc/>
    public bool Equals(JsonToken other) =>
        _number == other._number && IsNumber == other.IsNumber && IsNone == other.IsNone && _raw.AsSpan().SequenceEqual(other._raw);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is JsonToken other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        if (IsNumber || IsNone)
        {
            return _number.GetHashCode();
        }

        var hash = default(HashCode);
        hash.AddBytes(_raw);
        return hash.ToHashCode();
    }

    /// <summary>The token's text, for logs.</summary>
    public override string ToString() => System.Text.Encoding.UTF8.GetString(ToArray());

    /// <summary>Whether two tokens are spelled the same.</summary>
    public static bool operator ==(JsonToken left, JsonToken right) => left.Equals(right);

    /// <summary>Whether two tokens are spelled differently.</summary>
    public static bool operator !=(JsonToken left, JsonToken right) => !left.Equals(right);
}
