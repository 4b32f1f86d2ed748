using McpProxy.Bridge.Configuration;
using McpProxy.Relay.Remote;
using Microsoft.Extensions.Logging;

namespace McpProxy.Bridge.Tests.Configuration;

public sealed class BridgeCommandLineTests : IDisposable
{
    private const string Url = "http://localhost:8080/mcp";

    private readonly string _folder = Directory.CreateTempSubdirectory("mcp-proxy-test-").FullName;
    private readonly Dictionary<string, string> _variables = new() { ["HOME"] = "/home/somebody" };

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Parse_Url_HasTheDefaults()
    {
        var options = Options(Url);

        Assert.Equal(new Uri(Url), options.Remote.Endpoint);
        Assert.Equal(RemoteKind.Auto, options.Remote.Kind);
        Assert.Empty(options.Remote.Headers);
        Assert.Equal((30, 300, 10), (options.Remote.ConnectTimeout.TotalSeconds, options.Remote.IdleTimeout.TotalSeconds, options.ShutdownTimeout.TotalSeconds));
        Assert.True(options.VerifyCertificate && options.OpenBrowser);
        Assert.Null(options.CaBundle ?? (object?)options.ClientCredentials ?? options.ClientMetadataDocument);
        Assert.Equal(LogLevel.Information, options.LogLevel);
    }

    [Theory]
    [InlineData("auto", RemoteKind.Auto)]
    [InlineData("sse", RemoteKind.HttpSse)]
    [InlineData("SSE", RemoteKind.HttpSse)]
    [InlineData("streamablehttp", RemoteKind.StreamableHttp)]
    [InlineData("streamable-http", RemoteKind.StreamableHttp)]
    [InlineData("http", RemoteKind.StreamableHttp)]
    public void Parse_Transport_IsRead(string word, RemoteKind kind)
    {
        Assert.Equal(kind, Options(Url, $"--transport={word}").Remote.Kind);
    }

    [Fact]
    public void Parse_Headers_AllCountAndTheLastOfANameWins()
    {
        var options = Options("-H", "X-One", "1", Url, "--headers", "x-two", "--port", "--headers", "X-ONE", "3");

        Assert.Equal(["X-One=3", "x-two=--port"], Headers(options));
    }

    [Fact]
    public void Parse_HeaderFile_SkipsCommentsAndBlankLines()
    {
        var file = Write("headers", "# secret things\n\nX-Api-Key:  abc: def \r\n  Authorization: Bearer x\n");

        Assert.Equal(["Authorization=Bearer x", "X-Api-Key=abc: def"], Headers(Options(Url, $"--header-file={file}")));
    }

    [Fact]
    public void Parse_HeaderFileWithAMistake_NamesTheLineAndNoValue()
    {
        var file = Write("headers", "X-Api-Key: fine\nsecret-without-colon\nbad name: secret\n");

        var errors = Parse(Url, $"--header-file={file}").Errors;

        Assert.Equal(2, errors.Count);
        Assert.Contains("line 2", errors[0], StringComparison.Ordinal);
        Assert.Contains("line 3", errors[1], StringComparison.Ordinal);
        Assert.DoesNotContain("secret", string.Concat(errors), StringComparison.Ordinal);
    }

    // REFERENCE: the variable overrides any -H Authorization.
    [Fact]
    public void Parse_ApiAccessToken_OverridesTheAuthorizationHeader()
    {
        _variables["API_ACCESS_TOKEN"] = "token";

        Assert.Equal(["Authorization=Bearer token"], Headers(Options(Url, "-H", "authorization", "Basic x")), StringComparer.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData("X Y", "v")]
    [InlineData("", "v")]
    [InlineData("X-A", "secret\r\nX-B: secret")]
    [InlineData("Content-Type", "text/plain")]
    [InlineData("mcp-session-id", "secret")]
    public void Parse_HeaderThatCannotBeSent_IsRefusedWithoutItsValue(string name, string value)
    {
        var error = Assert.Single(Parse(Url, "-H", name, value).Errors);

        Assert.StartsWith("-H/--headers: ", error, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--verify-ssl", true)]
    [InlineData("--verify-ssl=yes", true)]
    [InlineData("--verify-ssl= ON ", true)]
    [InlineData("--verify-ssl=False", false)]
    [InlineData("--verify-ssl=0", false)]
    [InlineData("--no-verify-ssl", false)]
    public void Parse_VerifySsl_TakesTheWordsOfThePythonTool(string word, bool verifies)
    {
        var options = Options(Url, word);

        Assert.Equal(verifies, options.VerifyCertificate);
        Assert.Null(options.CaBundle);
    }

    [Fact]
    public void Parse_VerifySslWithAFileThatIsNoBundle_IsRefused()
    {
        var file = Write("ca.pem", "no certificate");

        Assert.Contains("--verify-ssl", Assert.Single(Parse(Url, $"--verify-ssl={file}").Errors), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--client-id=a", "--client-secret", "--token-url")]
    [InlineData("--client-secret=a", "--client-id", "--token-url")]
    [InlineData("--token-url=https://a/t", "--client-id", "--client-secret")]
    public void Parse_SomeOfTheClientCredentials_NamesThoseThatAreMissing(string given, string missing, string alsoMissing)
    {
        var error = Assert.Single(Parse(Url, given).Errors);
        var said = error[error.IndexOf("together:", StringComparison.Ordinal)..];

        Assert.Contains(missing, said, StringComparison.Ordinal);
        Assert.Contains(alsoMissing, said, StringComparison.Ordinal);
        Assert.DoesNotContain(given.Split('=')[0], said.Replace("--client-secret-file", "", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--scope")]
    [InlineData("--header-file")]
    [InlineData("--no-browser=x")]
    [InlineData("--debug=x")]
    public void Parse_FlagWithoutItsValueOrWithOneTooMany_IsRefused(string word)
    {
        var arguments = Parse(Url, word);

        Assert.NotEmpty(arguments.Errors);
        Assert.Null(arguments.Options);
    }

    [Fact]
    public void Parse_ClientCredentials_TakeTheSecretFromAFile()
    {
        var file = Write("secret", "s3cret\n");

        var credentials = Options(Url, "--client-id=id", $"--client-secret-file={file}", "--token-url=https://auth.example/token", "--scope=a b", "--scope=c");

        Assert.Equal(new ClientCredentials("id", "s3cret", new Uri("https://auth.example/token")), credentials.ClientCredentials);
        Assert.Equal(["a", "b", "c"], credentials.Scopes);
    }

    [Fact]
    public void Parse_Everything_IsRead()
    {
        var options = Options(
            Url, "--connect-timeout=5s", "--idle-timeout=0", "--shutdown-timeout=1m", "--max-message-size=1MiB", "--no-browser", "--callback-port=4711",
            "--client-metadata-url=https://me.example/client.json", "--token-folder=/tmp/x", "--log-level=warning");

        Assert.Equal((5, 0, 60), (options.Remote.ConnectTimeout.TotalSeconds, options.Remote.IdleTimeout.TotalSeconds, options.ShutdownTimeout.TotalSeconds));
        Assert.Equal((1 << 20, 4711, "/tmp/x"), (options.Remote.MaxMessageBytes, options.CallbackPort, options.TokenFolder));
        Assert.Equal("https://me.example/client.json", options.ClientMetadataDocument?.ToString());
        Assert.False(options.OpenBrowser);
        Assert.Equal(LogLevel.Warning, options.LogLevel);
    }

    [Fact]
    public void Parse_Debug_IsStrongerThanTheLevel() => Assert.Equal(LogLevel.Debug, Options(Url, "--debug", "--log-level=ERROR").LogLevel);

    [Fact]
    public void Parse_SeveralMistakes_AreReportedAtOnce() =>
        Assert.Equal(4, Parse("http://", "--transport=pigeon", "--connect-timeout=0", "--callback-port=70000").Errors.Count);

    [Theory]
    [InlineData]
    [InlineData("localhost:8080")]
    [InlineData("ftp://x")]
    [InlineData("http://a", "http://b")]
    [InlineData("https://user:secret@host/mcp")]
    [InlineData(Url, "--no-such-flag")]
    public void Parse_WhatIsNoUrl_IsRefused(params string[] words)
    {
        var error = Assert.Single(Parse(words).Errors);

        Assert.DoesNotContain("secret", error, StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_Check_IsAskedOfAUrl()
    {
        var arguments = Parse("check", Url, "--json");

        Assert.True(arguments is { IsCheck: true, Json: true, Options.Remote.Endpoint.Port: 8080 });
    }

    [Fact]
    public void Parse_CheckOfACommand_KeepsItsWords()
    {
        var arguments = Parse("check", "--json", "--", "npx", "-y", "--headers", "a", "--transport", "b");

        Assert.Empty(arguments.Errors);
        Assert.Equal(["npx", "-y", "--headers", "a", "--transport", "b"], arguments.Command);
        Assert.True(arguments is { IsCheck: true, Json: true, Options: null });
    }

    private static IEnumerable<string> Headers(BridgeOptions options) =>
        options.Remote.Headers.Select(header => $"{header.Key}={header.Value}").Order(StringComparer.OrdinalIgnoreCase);

    private string Write(string name, string text)
    {
        var path = Path.Combine(_folder, name);
        File.WriteAllText(path, text);
        return path;
    }

    private BridgeArguments Parse(params string[] words) => BridgeCommandLine.Parse(words, name => _variables.GetValueOrDefault(name));

    private BridgeOptions Options(params string[] words)
    {
        var arguments = Parse(words);
        Assert.Empty(arguments.Errors);
        return arguments.Options!;
    }
}
