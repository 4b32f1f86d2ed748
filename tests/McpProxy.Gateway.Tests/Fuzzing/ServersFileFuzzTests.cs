using System.Text;
using McpProxy.Gateway.Backends;
using McpProxy.Gateway.Configuration;
using McpProxy.Gateway.Tests.Configuration;
using McpProxy.Relay.Tests.Fuzzing;

namespace McpProxy.Gateway.Tests.Fuzzing;

/// <summary>A <c>servers.json</c> that somebody broke in any way: it is judged, and never the end of the gateway.</summary>
public sealed class ServersFileFuzzTests
{
    private static readonly string[] Values =
    [
        "null", "true", "false", "0", "-1", "1e400", "123456789012345678901234567890", "\"\"", "\"x\"", "\"\\u0000\"", "\"\\ud800\"", "\"\\udc00x\"", "\"${HOME}\"", "\"${\"",
        "\"${HOME:-${X}}\"", "\"$${x\"", "\"${NO_SUCH}\"", "[]", "[null]", "[[\"x\"]]", "{}", "{\"x\":null}", "{\"\":\"\"}", "{\"\\ud800\":\"x\"}", "{\"A=B\":\"x\"}", "{\"\\u0000\":\"x\"}",
        "\"http://x\"", "\"http://[\"", "\"http://user:secret@x\"", "\"http://x:99999\"", "\"http://\\ud800\"", "\"file:///x\"", "\"/\"", "\"..\"", "\"~\"", "\"5m\"", "\"99999999999999999999h\"",
        "\"dedicated\"", "\"Shared\"", "\"sse\"", "\"stdio\"", "1.5", "1e9", "-0", "\"\\ud83d\\ude00\"", "\"a\\r\\nb\"", "{\"x-key\":\"a\\r\\nb\"}", "{\"\\u00e9\":\"x\"}",
    ];

    private static readonly string[] Names =
    [
        "command", "args", "env", "cwd", "enabled", "disabled", "url", "type", "transport", "transportType", "headers", "timeout", "sharing", "unknown", "Command", "", "\\ud800", "\\u0000",
    ];

    private static readonly string[] Servers = ["one", "two", "default", "", ".", "..", "a/b", "é", "\\ud800", "\\udfff", "\\u0000", "a b", "a%2fb", "${HOME}", "status"];

    private static readonly string[] Tokens =
        [",", ":", "{", "}", "[", "]", "\"", "\\", "\\ud800", "\\u0000", "//", "/*", "*/", "null", "\ufeff", "\n", "${", "}", "\"mcpServers\":", "\"one\":{\"command\":\"x\"},"];

    [Fact]
    public void Read_AnyDocument_IsJudgedAndNeverThrows()
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "servers.json");
        Fuzz.Check(4000, random =>
        {
            var json = Encoding.UTF8.GetBytes(Document(random));
            File.WriteAllBytes(path, random.Next(2) == 0 ? json : random.Mutate(json, Tokens));

            var file = new ServersFileReader(path, name => name == "HOME" ? "/home" : null).Read();
            var set = BackendSet.Create(new GatewayOptions(), file);

            Assert.All(set.Backends, entry => Assert.Empty(BackendRules.Mistakes(entry.Key, entry.Value)));
            Assert.All(set.Backends, entry => Assert.NotNull(Backend.NameOf(entry.Value)));
            Assert.True(file.Failure is null || set.Backends.Count == 0);
            _ = set.Backends.Values.Count(backend => backend.Equals(set.Backends.Values.First()));
            if (set.Backends.Count > 0)
            {
                Assert.NotEmpty(Banner.Create(["http://127.0.0.1:1"], new GatewayOptions(), set));
            }
        });
    }

    private static string Document(Random random)
    {
        var servers = string.Join(',', Enumerable.Range(0, random.Next(4)).Select(_ => $"\"{random.Pick(Servers)}\":{Entry(random)}"));
        var strangers = random.Next(5) == 0 ? $",\"{random.Pick(Names)}\":{random.Pick(Values)}" : "";
        return $"{{\"mcpServers\":{(random.Next(20) == 0 ? random.Pick(Values) : $"{{{servers}}}")}{strangers}}}";
    }

    private static string Entry(Random random) => random.Next(10) == 0
        ? random.Pick(Values)
        : $"{{{string.Join(',', Enumerable.Range(0, random.Next(6)).Select(_ => $"\"{random.Pick(Names)}\":{random.Pick(Values)}").Concat(random.Next(2) == 0 ? ["\"command\":\"dotnet\""] : []))}}}";
}
