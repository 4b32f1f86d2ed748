using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using McpProxy.Relay.Messages;

namespace McpProxy.Relay.Tests.Messages;

public sealed class JsonTokenTests
{
    [Fact]
    public void Read_AnyToken_ComesBackAsItWasSpelled() => Seeds.Check(5000, generator =>
    {
        var text = generator.Token();

        var token = Token(text);

        Assert.Equal(text, token.ToString());
        Assert.Equal(Encoding.UTF8.GetByteCount(text), token.Length);
        Assert.False(token.IsNone);
    });

    [Fact]
    public void Equals_TwoTokens_ComparesTheirBytes() => Seeds.Check(5000, generator =>
    {
        var (left, right) = (generator.Token(), generator.Token());

        Assert.Equal(left == right, Token(left) == Token(right));
        Assert.True(Token(left) == Token(left) && Token(left).GetHashCode() == Token(left).GetHashCode());
        Assert.True(Token(left) != default && !Token(left).Equals((object)left));
    });

    [Theory]
    [InlineData("1", "\"1\"")]
    [InlineData("1", "1.0")]
    [InlineData("0", "-0")]
    [InlineData("1000", "1e3")]
    [InlineData("\"a\"", "\"\\u0061\"")]
    [InlineData("0", "")]
    [InlineData("\"\"", "")]
    public void Equals_SameValueSpelledDifferently_IsFalse(string left, string right) => Assert.NotEqual(Token(left), Token(right));

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(long.MaxValue)]
    [InlineData(long.MinValue)]
    public void From_Integer_IsTheTokenThatReadGives(long number)
    {
        var token = JsonToken.From(number);

        Assert.Equal(Token(number.ToString(CultureInfo.InvariantCulture)), token);
        Assert.True(token.TryGetInt64(out var back));
        Assert.Equal(number, back);
    }

    [Theory]
    [InlineData("-0")]
    [InlineData("1.0")]
    [InlineData("9223372036854775808")]
    [InlineData("\"1\"")]
    [InlineData("")]
    public void TryGetInt64_WhatIsNotWrittenAsAnInteger_IsFalse(string token) => Assert.False(Token(token).TryGetInt64(out _));

    [Theory]
    [InlineData("a", "\"a\"")]
    [InlineData("", "\"\"")]
    [InlineData("\"\n", "\"\\u0022\\n\"")]
    public void From_Text_IsAJsonString(string text, string expected) => Assert.Equal(expected, JsonToken.From(text).ToString());

    [Fact]
    public void IsNone_NothingRead_IsTrue()
    {
        var token = JsonToken.Read([]);

        Assert.True(token.IsNone);
        Assert.Equal((default, 0, "", 0), (token, token.Length, token.ToString(), token.Format([])));
    }

    [Theory]
    [InlineData("0")]
    [InlineData("17")]
    [InlineData("-17")]
    [InlineData("9007199254740992")]
    [InlineData("-9007199254740992")]
    [InlineData("\"\"")]
    [InlineData("\"1\"")]
    [InlineData("\"req-1:a.b_c~d@e[f]{g}\"")]
    [InlineData("\"0b9fcf0e-6d4b-4c1f-9d2e-5a7f1f0c1b2a\"")]
    public void IsStable_WhatEveryPeerEchoes_IsTrue(string token) => Assert.True(Token(token).IsStable);

    [Theory]
    [InlineData("")]
    [InlineData("-0")]
    [InlineData("1.0")]
    [InlineData("1e3")]
    [InlineData("9007199254740993")]
    [InlineData("9223372036854775808")]
    [InlineData("\"\\u0061\"")]
    [InlineData("\"é\"")]
    [InlineData("\"a/b\"")]
    [InlineData("\"a=\"")]
    [InlineData("\"a+b\"")]
    [InlineData("\"\u007f\"")]
    public void IsStable_WhatSomePeerWritesAnew_IsFalse(string token) => Assert.False(Token(token).IsStable);

    [Fact]
    public void IsStable_AnyStableToken_SurvivesEveryWriter() => Seeds.Check(5000, generator =>
    {
        var text = generator.Next(2) == 0 ? generator.Token() : $"\"{(char)(' ' + generator.Next(96))}\"";
        if (!Token(text).IsStable)
        {
            return;
        }

        Assert.All(JsonEchoes.Of(text), echo => Assert.Equal(text, echo));
    });

    [Fact]
    public void ReadFormatAndCompare_PlainInteger_AllocateNothing()
    {
        var buffer = new byte[32];
        var other = JsonToken.From(long.MaxValue);

        var bytes = Allocations.Of(1000, () =>
        {
            var token = JsonToken.Read("-1234567890123456789"u8);
            Assert.True(token.Format(buffer) == token.Length && token != other && token.GetHashCode() != 0 && !token.IsStable);
        });

        Assert.Equal(0, bytes);
    }

    private static JsonToken Token(string text) => JsonToken.Read(Encoding.UTF8.GetBytes(text));

    /// <summary>How peers in the field write a token anew once they have parsed it.</summary>
    private static class JsonEchoes
    {
        public static IEnumerable<string> Of(string token) => token[0] == '"' ? Strings(JsonSerializer.Deserialize<string>(token)!) : Numbers(token);

        private static IEnumerable<string> Strings(string text) =>
        [
            JsonSerializer.Serialize(text),
            $"\"{JsonEncodedText.Encode(text, JavaScriptEncoder.UnsafeRelaxedJsonEscaping)}\"",
            Write(text, c => c > '~'), // Python: ensure_ascii
            Write(text, _ => false), // JavaScript
            Write(text, c => "<>&\u2028\u2029".Contains(c)), // Go, Rails
            Write(text, c => "<>&='".Contains(c)), // Gson
            Write(text, c => c == '/'), // PHP
        ];

        private static IEnumerable<string> Numbers(string number) =>
        [
            JsonSerializer.Serialize(double.Parse(number, CultureInfo.InvariantCulture)), // JavaScript: every number is a double
            JsonSerializer.Serialize(JsonSerializer.Deserialize<decimal>(number)),
        ];

        private static string Write(string text, Func<char, bool> isEscaped) => '"' + string.Concat(text.Select(
            c => c < ' ' || c is '"' or '\\' || isEscaped(c) ? $"\\u{(int)c:x4}" : c.ToString())) + '"';
    }
}
