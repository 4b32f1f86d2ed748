using System.Globalization;
using System.Text;
using McpProxy.Relay.Messages;
using McpProxy.Relay.Tests.Fuzzing;

namespace McpProxy.Relay.Tests;

/// <summary>Makes JSON-RPC messages, and what nearly is one, from a seed: the same seed makes the same bytes.</summary>
internal sealed class JsonGenerator(int seed)
{
    private static readonly string[] Spaces = ["", "", "", "", " ", "\n", "\r\n", "\t", "\r", " \r\n\t "];

    private static readonly string[] Numbers =
    [
        "0", "-0", "1", "-1", "42", "1.0", "1e3", "1E+3", "-1.5e-10", "9007199254740992", "9007199254740993", "9223372036854775807",
        "9223372036854775808", "-9223372036854775808", "-9223372036854775809", "1e400", "123456789012345678901234567890.000000000001",
    ];

    private static readonly string[] Texts =
    [
        "", "a", "req-1", " ", "é", "日本", "😀", "\u007f", "\u2028", "\\n", "\\r\\n", "\\\\", "\\\"", "\\/", "\\u0000", "\\u00e9", "\\uD83D\\uDE00",
        "\\ud800", "\\udc00", "{", "}", "[", ",", ":", "\\\"id\\\":1", "//", "<&'+`=>", "0123456789abcdef",
    ];

    private static readonly string[] StrangeNames = ["x", "x", "", "Id", "ids", "_Meta", "é", "😀", "a/b", "arguments", "result2", "ID"];

    private static readonly string[] OtherMethods = ["tools/list", "x", "", "notifications/x", "Tools/Call", "tools/call/", "é"];

    private static readonly string[] Splinters =
    [
        ",", "//c\n", "/*c*/", "/**/", "]", "}", "[", "{", "{}", "\"", "\\", "\0", "0", "-", "x", " \n", "null", "true", "\ufeff", "\"id\":2,", "\"\\u0069d\":3,", "\"method\":1,",
    ];

    private readonly Random _random = new(seed);

    public int Next(int limit) => _random.Next(limit);

    public T Pick<T>(IReadOnlyList<T> items) => items[_random.Next(items.Count)];

    /// <summary>A valid message of any kind.</summary>
    public byte[] Message()
    {
        List<string> members = [Member("jsonrpc", Spell("2.0"))];
        switch (Next(6))
        {
            case 0 or 1:
                members.Add(Member("id", Token()));
                members.AddRange(Call());
                break;
            case 2:
                members.AddRange(Call());
                break;
            case 3:
                members.Add(Member("id", Token()));
                members.Add(Member("result", Next(2) == 0 ? Result() : Value(1)));
                break;
            case 4:
                members.Add(Member("id", Token()));
                members.Add(Member("error", Value(1)));
                break;
            default:
                members.Add(Member("error", Value(1)));
                members.AddRange(Maybe(Member("id", "null")));
                break;
        }

        return Encoding.UTF8.GetBytes(Space() + Object([.. members, .. Strangers(1)]) + Space());
    }

    /// <summary>A message that was changed at random; some still are messages, or JSON.</summary>
    public byte[] Mutant() => _random.Mutate(Message(), Splinters);

    /// <summary>A string or a number.</summary>
    public string Token() => Next(3) switch
    {
        0 => Pick(Numbers),
        1 => _random.NextInt64(long.MinValue, long.MaxValue).ToString(CultureInfo.InvariantCulture),
        _ => Text(),
    };

    /// <summary>A string of any characters, some of them escaped.</summary>
    public string Text() => $"\"{string.Concat(Enumerable.Range(0, Next(5)).Select(_ => Pick(Texts)))}\"";

    /// <summary>Cuts bytes into pieces of random length.</summary>
    public List<byte[]> Cut(byte[] bytes, int maxPiece)
    {
        List<byte[]> pieces = [];
        for (var at = 0; at < bytes.Length; at += pieces[^1].Length)
        {
            pieces.Add(bytes[at..Math.Min(bytes.Length, at + 1 + Next(maxPiece))]);
        }

        return pieces;
    }

    /// <summary>As many arrays and objects in each other.</summary>
    public string Nest(int levels)
    {
        var isArray = Enumerable.Range(0, levels).Select(_ => Next(2) == 0).ToList();
        return string.Concat(isArray.Select(array => array ? "[" : "{\"a\":"))
            + (levels > 0 && !isArray[^1] ? "0" : "")
            + string.Concat(isArray.AsEnumerable().Reverse().Select(array => array ? "]" : "}"));
    }

    private string Result() => Object(
    [
        .. Maybe(Member("isError", Pick<string>(["true", "false", "1", "{}"]))),
        .. Maybe(Member("task", Next(4) == 0 ? Value(2) : Object([.. Maybe(Member("taskId", Next(2) == 0 ? Token() : Text())), .. Strangers(3)]))),
        .. Strangers(2),
    ]);

    private IEnumerable<string> Call()
    {
        var method = Next(3) == 0 ? Pick(OtherMethods) : Pick(EnvelopeOracle.Methods).Name;
        var subject = EnvelopeOracle.Methods.FirstOrDefault(known => known.Name == method)?.Subject;
        List<string> members =
        [
            .. subject is null ? [] : Maybe(Member(subject, Next(4) == 0 ? Value(2) : Token())),
            .. Maybe(Member("_meta", Next(5) == 0 ? Value(2) : Object([.. Meta()]))),
            .. Strangers(2),
        ];
        return
        [
            Member("method", Spell(method)),
            .. Next(4) == 0 ? Maybe(Member("params", Value(1))) : [Member("params", Object(members))],
        ];
    }

    private IEnumerable<string> Meta() =>
    [
        .. Maybe(Member("progressToken", Next(5) == 0 ? Value(3) : Token())),
        .. Next(3) == 0 ? [Member("traceparent", Next(3) == 0 ? Value(3) : Token()), .. Maybe(Member("tracestate", Text()))] : Array.Empty<string>(),
        .. Maybe(Member("io.modelcontextprotocol/protocolVersion", Spell("2026-07-28"))),
        .. Maybe(Member("io.modelcontextprotocol/subscriptionId", Token())),
        .. Strangers(3),
    ];

    /// <summary>Members that nobody knows, some of them twice.</summary>
    private List<string> Strangers(int level) =>
    [
        .. Enumerable.Range(0, Next(3))
            .Select(_ => Space() + (Next(8) == 0 ? "\"\\ud800\"" : Spell(Pick(StrangeNames))) + Space() + ":" + Space() + Value(level)),
    ];

    private string Value(int level)
    {
        if (Next(60) == 0)
        {
            return Nest(MessageScanner.MaxDepth - level);
        }

        return Next(level > 5 ? 4 : 7) switch
        {
            0 or 1 => Token(),
            2 => Pick<string>(["true", "false", "null"]),
            3 => Text(),
            4 => $"[{string.Join(',', Enumerable.Range(0, Next(3)).Select(_ => Space() + Value(level + 1) + Space()))}]",
            _ => Object([.. Strangers(level + 1), .. Maybe(Member("id", Value(level + 1))), .. Maybe(Member("method", Value(level + 1)))]),
        };
    }

    private string Object(List<string> members) => $"{{{string.Join(',', members.OrderBy(_ => Next(1000)))}{Space()}}}";

    private string Member(string name, string value) => Space() + Spell(name) + Space() + ":" + Space() + value + Space();

    private IEnumerable<string> Maybe(string member) => Next(2) == 0 ? [member] : [];

    private string Space() => Pick(Spaces);

    /// <summary>A string that stands for this text; now and then its characters are escaped.</summary>
    private string Spell(string text)
    {
        var escape = Next(4) == 0;
        return $"\"{string.Concat(text.Select(c => escape && Next(2) == 0 ? Escape(c) : c.ToString()))}\"";
    }

    private string Escape(char c) => c == '/' && Next(2) == 0 ? "\\/" : "\\u" + ((int)c).ToString(Next(2) == 0 ? "x4" : "X4", CultureInfo.InvariantCulture);
}
