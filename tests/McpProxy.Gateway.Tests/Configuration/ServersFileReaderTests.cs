using System.Text;
using McpProxy.Gateway.Configuration;

namespace McpProxy.Gateway.Tests.Configuration;

public sealed class ServersFileReaderTests : IDisposable
{
    private const string NotUnicode = "holds text that is not Unicode: half of a surrogate pair, or bytes that are not UTF-8";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Read_EveryKey_IsTaken()
    {
        var file = Read(
            """
            {
              // what the hosts write
              "mcpServers": {
                "fetch": {
                  "command": "uvx", "args": ["mcp-server-fetch", "${NAME}"], "env": { "TOKEN": "${UNSET:-none}" }, "cwd": "data",
                  "enabled": true, "disabled": false, "transportType": "stdio", "timeout": 60, "sharing": "Dedicated",
                },
                "remote": {
                  "url": "https://${NAME}.example/mcp", "type": "Streamable-HTTP", "headers": { "Authorization": "Bearer ${NAME}" }
                },
              }
            }
            """);

        Assert.Empty(file.Errors.Concat(file.Warnings));
        var fetch = file.Backends["fetch"];
        Assert.Equal(("uvx", Path.Combine(_folder.Path, "data")), (fetch.Command, fetch.Cwd));
        Assert.Equal(["mcp-server-fetch", "value"], fetch.Args);
        Assert.Equal("none", fetch.Env["TOKEN"]);
        Assert.Equal(
            (TimeSpan.FromSeconds(60), SharingMode.Dedicated, "stdio"),
            (fetch.Timeout!.Value, fetch.Sharing!.Value, fetch.Transport));
        var remote = file.Backends["remote"];
        Assert.Equal(
            ("https://value.example/mcp", "streamable-http", "Bearer value"),
            (remote.Url, remote.Transport, remote.Headers["authorization"]));
    }

    [Fact]
    public void Read_EntriesThatAreSwitchedOff_AreLeftOutAndNotJudged()
    {
        var file = Read(
            """
            { "mcpServers": {
                "a": { "enabled": false },
                "b": { "disabled": true, "command": 1 },
                "c": { "command": "${UNSET}", "enabled": false },
                "d": { "command": "x", "enabled": "${OFF:-no}" }
            } }
            """);

        Assert.Empty(file.Backends);
        Assert.Empty(file.Errors);
    }

    [Fact]
    public void Read_Mistakes_AreReportedAtOnceAndDisableOnlyTheirEntries()
    {
        var file = Read(
            """
            { "mcpServers": {
                "good": { "command": "uvx" },
                "text": "secret",
                "args": { "command": "uvx", "args": ["a", "b", 3, null] },
                "list": { "command": "uvx", "args": "secret" },
                "types": {
                  "command": 1, "env": { "A": 2 }, "headers": [], "cwd": false, "enabled": 1, "timeout": true, "sharing": "secret"
                },
                "unset": { "command": "${UNSET}", "env": { "my.key": "secret ${UNSET}" } },
                "none": {},
                "both": { "command": "uvx", "url": "https://secret" },
                "ftp": { "url": "ftp://secret" },
                "user": { "url": "https://user:secret@host/mcp" },
                "stdio": { "url": "https://host/mcp", "type": "stdio" },
                "header": { "url": "https://host/mcp", "headers": { "X Y": "secret" } },
                "unread": { "url": 1 },
                "a b": { "command": "uvx" },
                "env": { "command": "uvx", "env": { "A=B": "secret" } }
            } }
            """);

        Assert.Null(file.Failure);
        Assert.Equal(["good"], file.Backends.Keys);
        Assert.Equal(
            [
                "mcpServers.text: must be an object",
                "mcpServers.args.args[2]: must be a string",
                "mcpServers.args.args[3]: must be a string",
                "mcpServers.list.args: must be a list of strings",
                "mcpServers.types.command: must be a string",
                "mcpServers.types.env.A: must be a string",
                "mcpServers.types.headers: must be an object whose values are strings",
                "mcpServers.types.cwd: must be a string",
                "mcpServers.types.enabled: must be true or false",
                "mcpServers.types.timeout: must be a string",
                "mcpServers.types.sharing: must be auto, dedicated or shared",
                "mcpServers.unset.command: the environment variable UNSET is not set; ${UNSET:-default} gives it a default",
                "mcpServers.unset.env[\"my.key\"]: the environment variable UNSET is not set; ${UNSET:-default} gives it a default",
                "mcpServers.none: must have a command or a url, and not both",
                "mcpServers.both: must have a command or a url, and not both",
                "mcpServers.ftp.url: must be an address that starts with http:// or https://, without a user name",
                "mcpServers.user.url: must be an address that starts with http:// or https://, without a user name",
                "mcpServers.stdio.transport: is stdio, which a url does not speak",
                "mcpServers.header.headers: has a header whose name or value HTTP does not allow",
                "mcpServers.unread.url: must be a string",
                "mcpServers[\"a b\"]: the name may hold letters, digits and - . _ ~ only, because it is part of the address",
                "mcpServers.env.env: has a variable whose name is empty or contains '='",
            ],
            file.Errors);
    }

    [Fact]
    public void Read_DoubtfulValues_AreWarnedOfOnceEach()
    {
        var file = Read(
            """
            { "$schema": "x", "inputs": [], "mcpServers": {
                "a": { "command": "first" },
                "a": {
                  "command": "second", "command": "third", "autoApprove": [], "timeout": 60000, "type": "pipe", "env": null, "cwd": null
                }
            } }
            """);

        Assert.Equal("third", file.Backends["a"].Command);
        Assert.Equal(
            [
                "inputs: unknown, and ignored",
                "mcpServers.a: given more than once; the last one counts",
                "mcpServers.a.command: given more than once; the last one counts",
                "mcpServers.a.autoApprove: unknown, and ignored",
                "mcpServers.a.timeout: must be 1s to 1h, in seconds; the default is used",
                "mcpServers.a.type: not one of stdio, http, streamable-http, streamable_http, streamablehttp, sse; ignored",
            ],
            file.Warnings);
    }

    [Theory]
    [InlineData("{ \"mcpServers\": {\n  \"a\": { \"command\": secret }\n} }", "not valid JSON at line 2, column 21")]
    [InlineData("", "not valid JSON at line 1, column 1")]
    [InlineData("[]", "must be an object with an object \"mcpServers\" in it")]
    [InlineData("{ \"servers\": {} }", "must be an object with an object \"mcpServers\" in it")]
    [InlineData("{ \"mcpServers\": [] }", "must be an object with an object \"mcpServers\" in it")]
    [InlineData("{ \"mcpServers\": { \"a\": { \"command\": \"\\ud800\" } } }", NotUnicode)]
    [InlineData("{ \"mcpServers\": { \"a\": { \"args\": [\"\\udc00\"] } } }", NotUnicode)]
    [InlineData("{ \"mcpServers\": { \"\\ud800\": {} } }", NotUnicode)]
    [InlineData("{ \"mcpServers\": {}, \"\\ud800\": 1 }", NotUnicode)]
    public void Read_UnusableFile_FailsAsAWholeWithoutItsText(string json, string failure)
    {
        var file = Read(json);

        Assert.Equal($"{file.Path}: {failure}", file.Failure);
        Assert.Empty(file.Backends);
    }

    [Fact]
    public void Read_BytesThatAreNotUtf8_FailsAsAWhole()
    {
        File.WriteAllBytes(_folder.File("servers.json"), [.. "{ \"mcpServers\": { \"a\": { \"command\": \""u8, 0xC3, .. "\" } } }"u8]);

        Assert.EndsWith(NotUnicode, Failure(_folder.File("servers.json")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"command\": \"a\\u0000b\"", "command")]
    [InlineData("\"command\": \"a\", \"args\": [\"\\u0000\"]", "args[0]")]
    [InlineData("\"command\": \"a\", \"cwd\": \"\\u0000\"", "cwd")]
    [InlineData("\"command\": \"a\", \"env\": {\"A\":\"\\u0000\"}", "env.A")]
    [InlineData("\"url\": \"http://a/\\u0000\"", "url")]
    public void Read_NulCharacter_DisablesItsEntryAndNoOther(string entry, string path)
    {
        var file = Read($$"""{ "mcpServers": { "bad": { {{entry}} }, "good": { "command": "b" } } }""");

        Assert.Equal([$"mcpServers.bad.{path}: must not contain a NUL character: no command, path or address can"], file.Errors);
        Assert.Equal(["good"], file.Backends.Keys);
    }

    [Fact]
    public void Read_MissingFileOrFolder_Fails()
    {
        Assert.Equal($"{_folder.File("none.json")}: no such file", Failure(_folder.File("none.json")));
        Assert.Equal($"{_folder.File("none/none.json")}: no such file", Failure(_folder.File("none/none.json")));
        Assert.Equal($"{_folder.Path}: cannot be read; see its permissions", Failure(_folder.Path));
    }

    [Fact]
    public void Read_NoServers_IsNoFailure()
    {
        var file = Read("""{ "mcpServers": {} }""");

        Assert.Null(file.Failure);
        Assert.Empty(file.Backends);
    }

    [Fact]
    public void Read_ByteOrderMark_IsSkipped()
    {
        var withMark = new UTF8Encoding(encoderShouldEmitUTF8Identifier: true);
        File.WriteAllText(_folder.File("servers.json"), """{ "mcpServers": { "a": { "command": "é" } } }""", withMark);

        Assert.Equal("é", new ServersFileReader(_folder.File("servers.json"), Variable).Read().Backends["a"].Command);
    }

    [Fact]
    public void Read_RelativePath_StartsAtTheWorkingDirectory() =>
        Assert.Equal(Path.GetFullPath("servers.json"), new ServersFileReader("servers.json", Variable).Path);

    [Fact]
    public void Read_SameContentTwice_HasOneFingerprint() => Assert.Equal(Read("{}").Fingerprint, Read("{}").Fingerprint);

    private ServersFile Read(string json)
    {
        File.WriteAllText(_folder.File("servers.json"), json);
        return new ServersFileReader(_folder.File("servers.json"), Variable).Read();
    }

    private static string? Failure(string path) => new ServersFileReader(path, Variable).Read().Failure;

    private static string? Variable(string name) => name == "NAME" ? "value" : null;
}
