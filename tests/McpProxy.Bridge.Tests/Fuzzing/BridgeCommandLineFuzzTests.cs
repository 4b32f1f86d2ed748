using System.Globalization;
using McpProxy.Bridge.Configuration;
using Xunit.Sdk;

namespace McpProxy.Bridge.Tests.Fuzzing;

/// <summary>Command lines of any words: they are understood or refused with a reason. <c>FUZZ_FACTOR</c> multiplies how many.</summary>
public sealed class BridgeCommandLineFuzzTests
{
    private const int Count = 6000;

    private static readonly string[] Words =
    [
        "", " ", "-", "--", "---", "=", "http://localhost:1/sse", "http://localhost:1/sse", "https://x/mcp", "http://", "https://[", "http://x:99999", "http://user:secret@x", "http://\0", "http://\ud800", "check", "check", "dotnet",
        "0", "-1", "65536", "5s", "-5s", "99999999h", "00:00:30", "64MiB", "999GiB", "sse", "SSE", "auto", "x", "DEBUG", "info", "true", "yes", "no", "/dev/null", "/no/such/file", "/", "\0", "é", "a b", "@file", "Authorization",
        "Bearer x", "a:b", "x\r\ny", "\ud800",
    ];

    private static readonly string[] Flags =
    [
        "-H", "--headers", "--header-file", "--transport", "--client-id", "--client-secret", "--client-secret-file", "--token-url", "--verify-ssl", "--no-verify-ssl", "--scope", "--client-metadata-url", "--no-browser",
        "--callback-port", "--token-folder", "--shutdown-timeout", "--connect-timeout", "--idle-timeout", "--max-message-size", "--log-level", "--debug", "--no-debug", "--json", "--help", "-h", "--version", "--no-such-flag", "--no-such=",
    ];

    [Fact]
    public void Parse_AnyWords_IsUnderstoodOrRefused()
    {
        var factor = int.TryParse(Environment.GetEnvironmentVariable("FUZZ_FACTOR"), NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : 1;
        for (var seed = 0; seed < Count * factor; seed++)
        {
            var random = new Random(seed);
            var words = Enumerable.Range(0, random.Next(8)).Select(_ => Word(random)).ToList();
            var token = random.Next(4) == 0 ? Pick(random, Words) : null;
            try
            {
                var arguments = BridgeCommandLine.Parse(words, name => name == "API_ACCESS_TOKEN" ? token : null);

                Assert.All(arguments.Errors, Assert.NotEmpty);
                Assert.True(arguments.Errors.Count > 0 || arguments.Options is not null || arguments is { IsCheck: true, Command.Count: > 0 });
            }
            catch (Exception e)
            {
                throw new XunitException($"Seed {seed}: {string.Join(" | ", words)}: {e.Message}", e);
            }
        }
    }

    private static string Word(Random random) => random.Next(5) switch
    {
        0 or 1 => Pick(random, Words),
        2 => Pick(random, Flags),
        3 => $"{Pick(random, Flags)}={Pick(random, Words)}",
        _ => Pick(random, Flags)[..^random.Next(2)] + (random.Next(4) == 0 ? Pick(random, Words) : ""),
    };

    private static string Pick(Random random, string[] items) => items[random.Next(items.Length)];
}
