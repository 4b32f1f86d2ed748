using System.Text;

namespace McpProxy.EndToEnd.Tests.Bridge;

/// <summary>JSON values in every spelling that the grammar allows, the same ones in every run.</summary>
internal sealed class RandomJson(int seed)
{
    private static readonly string[] Numbers =
        ["0", "-0", "1.0", "1e2", "1E+2", "0.10", "-1.5e-300", "1e400", "9007199254740993", "123456789012345678901234567890", "-17"];

    private static readonly string[] Texts =
    [
        "", "plain", "é世😀", "\\u00e9\\ud83d\\ude00", "\\\" \\\\ \\/ \\b\\f\\n\\r\\t", "\\u0000\\u001f\\u007f", "\u2028\u2029", "data: x\\n\\nevent: message\\nid: 9",
        "<script>&amp;'+", "=?base64?eA==?=", "\\ud800 alone", "\u202e\ufeff",
    ];

    private static readonly string[] Spaces = ["", "", " ", "\t", "  "];

    private readonly Random _random = new(seed);

    public string Object(int depth = 4) => Members('{', '}', depth, text => text.Append('"').Append(Pick(Texts)).Append(_random.Next(9)).Append('"').Append(Space()).Append(':').Append(Space()));

    private string Value(int depth) => _random.Next(depth > 0 ? 8 : 5) switch
    {
        0 => Pick(Numbers),
        1 => Pick(["true", "false", "null"]),
        < 5 => $"\"{Pick(Texts)}\"",
        5 => Members('[', ']', depth - 1, text => text),
        _ => Object(depth - 1),
    };

    private string Members(char open, char close, int depth, Func<StringBuilder, StringBuilder> name)
    {
        var text = new StringBuilder().Append(open);
        for (var left = _random.Next(6); left > 0; left--)
        {
            text.Append(Space());
            name(text).Append(Value(depth)).Append(Space()).Append(left == 1 ? "" : ",");
        }

        return text.Append(close).ToString();
    }

    private string Space() => Pick(Spaces);

    private string Pick(string[] from) => from[_random.Next(from.Length)];
}
