using System.Text;

namespace McpProxy.Relay.Tests.Fuzzing;

/// <summary>Makes bodies of server-sent events, good and bad.</summary>
internal sealed class SseGenerator(JsonGenerator generator)
{
    private static readonly string[] Ends = ["\n", "\n", "\n", "\r\n", "\r"];

    private static readonly string[] Lines =
    [
        "", "", ":", ": keep-alive", "data", "data:", "data: ", "data:x", "data: {", "data: null", "data: []", "event: message", "event:", "event: endpoint", "event: ping", "event: é", "id: 1-2", "id:", "id", "id: é",
        "id: \0", "id: \u0001\u007f", "retry: 0", "retry: 1000", "retry: -1", "retry: x", "retry: 99999999999999999999", "retry: 9223372036854775807", "retry", "DATA: x", " data: x", "data : x", "unknown: x", "\ufeffdata: x", "\ufeff",
        "data: \u2028", "event: message\0", "id: 12345678901234567890123456789012345678901234567890",
    ];

    /// <summary>Some events, of which a few carry what is given.</summary>
    public byte[] Body(params string[] messages)
    {
        List<byte> bytes = [];
        for (var events = 1 + generator.Next(5); events > 0; events--)
        {
            for (var lines = generator.Next(4); lines > 0; lines--)
            {
                Line(generator.Pick(Lines));
            }

            switch (generator.Next(5))
            {
                case 0:
                    Line($"data: {Encoding.Latin1.GetString(generator.Mutant())}", Encoding.Latin1);
                    break;
                case 1 or 2:
                    Line($"data: {generator.Pick(messages)}");
                    break;
                case 3:
                    Line("event: endpoint");
                    Line($"data: {generator.Pick<string>(["/messages", "", "http://", "//elsewhere.example", "http://server.example:99999/x", "\\", "?", "#", "é", "javascript:1", "/a\0b", new string('x', 5000)])}");
                    break;
            }

            Line("");
        }

        return generator.Next(3) > 0 ? [.. bytes] : Break(bytes);

        void Line(string line, Encoding? encoding = null) => bytes.AddRange([.. (encoding ?? Encoding.UTF8).GetBytes(line), .. Encoding.ASCII.GetBytes(generator.Pick(Ends))]);
    }

    private byte[] Break(List<byte> bytes)
    {
        for (var changes = 1 + generator.Next(3); changes > 0 && bytes.Count > 0; changes--)
        {
            var at = generator.Next(bytes.Count);
            switch (generator.Next(4))
            {
                case 0:
                    bytes[at] = (byte)generator.Next(256);
                    break;
                case 1:
                    bytes.RemoveAt(at);
                    break;
                case 2:
                    bytes.RemoveRange(at, bytes.Count - at);
                    break;
                default:
                    bytes.Insert(at, generator.Pick("\n\r:\0 \xff"u8.ToArray()));
                    break;
            }
        }

        return [.. bytes];
    }
}
