using McpProxy.Gateway.Configuration;

namespace McpProxy.Cli.Tests;

public sealed class CliApplicationTests : IDisposable
{
    private StringWriter _output = new();
    private readonly StringWriter _error = new();
    private string[]? _bridge;
    private GatewayArguments? _gateway;
    private string? _sseUrl;

    public void Dispose()
    {
        _output.Dispose();
        _error.Dispose();
    }

    // The forms in which users of the Python tool start it: all of them work unchanged.
    [Theory]
    [InlineData("http://localhost:8080/sse", "http://localhost:8080/sse")]
    [InlineData("--transport streamablehttp http://localhost:8080/mcp", "http://localhost:8080/mcp|--transport=streamablehttp")]
    [InlineData(
        "--headers Authorization 'Bearer YOUR_TOKEN' http://localhost:8080/sse",
        "http://localhost:8080/sse|--headers|Authorization|Bearer YOUR_TOKEN")]
    [InlineData(
        "--client-id ID --client-secret SECRET --token-url https://auth.example.com/token http://localhost:8080/sse",
        "http://localhost:8080/sse|--client-id=ID|--client-secret=SECRET|--token-url=https://auth.example.com/token")]
    [InlineData("--no-verify-ssl https://server.local/sse", "https://server.local/sse|--no-verify-ssl")]
    public async Task Run_FormWithAnAddress_StartsTheBridge(string line, string words)
    {
        Assert.Equal(7, await RunAsync(line));

        Assert.Equal(words, string.Join('|', _bridge!));
        Assert.Null(_gateway);
        Assert.Equal("", _error.ToString());
    }

    [Theory]
    [InlineData("uvx mcp-server-fetch", "uvx mcp-server-fetch", 0)]
    [InlineData("--port=8080 uvx mcp-server-fetch", "uvx mcp-server-fetch", 8080)]
    [InlineData("--sse-host=0.0.0.0 --sse-port=8080 uvx mcp-server-fetch", "uvx mcp-server-fetch", 8080)]
    [InlineData("--port=8080 -- uvx mcp-server-fetch --user-agent=YourUserAgent", "uvx mcp-server-fetch --user-agent=YourUserAgent", 8080)]
    [InlineData("your-command --port 8080 -e KEY VALUE -e ANOTHER_KEY ANOTHER_VALUE", "your-command", 8080)]
    [InlineData("your-command --port 8080 --allow-origin='*' --expose-header Custom-Header", "your-command", 8080)]
    [InlineData("--port 8080 -e KEY VALUE -- my-default-command --arg1", "my-default-command --arg1", 8080)]
    [InlineData("--port=8080 --named-server fetch 'uvx mcp-server-fetch' --named-server fetch2 'uvx mcp-server-fetch'", "", 8080)]
    [InlineData("--port=8080 --named-server-config ./servers.json -- my-default-command --arg1", "my-default-command --arg1", 8080)]
    [InlineData("--pass-environment --port=8096 --sse-host 0.0.0.0 uvx mcp-server-fetch", "uvx mcp-server-fetch", 8096)]
    [InlineData("--port 8080 npx -y @modelcontextprotocol/server-everything", "npx -y @modelcontextprotocol/server-everything", 8080)]
    public async Task Run_FormWithACommand_StartsTheGateway(string line, string command, int port)
    {
        Assert.Equal(8, await RunAsync(line));

        Assert.Null(_bridge);
        Assert.Equal(command, string.Join(' ', _gateway!.Operands));
        Assert.Equal(port == 0 ? null : $"{port}", _gateway.Configuration.GetValueOrDefault("McpProxy:Port"));
    }

    [Theory]
    [InlineData("--help")]
    [InlineData("--version")]
    public async Task Run_OutputThatCannotBeWritten_SaysSoAndEndsWith1(string line)
    {
        _output = new FullWriter();

        Assert.Equal(1, await RunAsync(line));

        Assert.Equal(["mcp-proxy: error: standard output could not be written: No space left on device"], Lines(_error));
    }

    [Fact]
    public async Task Run_DeprecatedFlags_LeavesTheWarningsToTheGateway()
    {
        await RunAsync("--sse-host=0.0.0.0 --sse-port=8080 uvx f");

        Assert.Equal(
            ["--sse-port is deprecated: use --port", "--sse-host is deprecated: use --host"],
            _gateway!.Warnings);
        Assert.Equal("", _error.ToString());
    }

    [Fact]
    public async Task Run_Nothing_LeavesItToTheGatewayWhichKnowsTheConfiguration()
    {
        Assert.Equal(8, await RunAsync(""));

        Assert.Empty(_gateway!.Configuration);
    }

    [Fact]
    public async Task Run_SseUrlAndNoCommand_StartsTheBridgeAndWarns()
    {
        _sseUrl = "http://remote/sse";

        Assert.Equal(7, await RunAsync("--transport sse"));

        Assert.Equal(["http://remote/sse", "--transport=sse"], _bridge!);
        Assert.Equal(["mcp-proxy: warning: SSE_URL is deprecated: give the address as an argument"], Lines(_error));
    }

    [Fact]
    public async Task Run_SseUrlAndCommand_StartsTheGateway()
    {
        _sseUrl = "http://remote/sse";

        Assert.Equal(8, await RunAsync("uvx f"));
    }

    [Fact]
    public async Task Run_SseUrlThatIsNoAddress_IsIgnoredWithAWarning()
    {
        _sseUrl = "remote/sse";

        Assert.Equal(8, await RunAsync("--named-server a b"));
        Assert.Equal(["mcp-proxy: warning: SSE_URL is ignored: it is not an address that starts with http:// or https://"], Lines(_error));
    }

    [Fact]
    public async Task Run_AddressWithNamedServer_Warns()
    {
        Assert.Equal(7, await RunAsync("--named-server a b http://remote/sse"));

        Assert.Equal(["http://remote/sse"], _bridge!);
        Assert.Equal(
            ["mcp-proxy: warning: --named-server is ignored: with an address there is only one server, the remote one"],
            Lines(_error));
    }

    [Theory]
    [InlineData("--port 8080 --named-server-config s.json --allow-origin '*' -e A B http://remote/sse", "http://remote/sse")]
    [InlineData("http://remote/sse --debug --log-level warning", "http://remote/sse|--debug|--log-level=warning")]
    [InlineData("http://remote/sse --no-debug", "http://remote/sse|--no-debug")]
    [InlineData("-H A -b -H C '' http://remote/sse", "http://remote/sse|--headers|A|-b|--headers|C|")]
    [InlineData("--verify-ssl http://remote/sse", "http://remote/sse|--verify-ssl")]
    [InlineData("--verify-ssl ca.pem http://remote/sse", "http://remote/sse|--verify-ssl=ca.pem")]
    [InlineData("http://remote/sse --verify no", "http://remote/sse|--verify-ssl=no")]
    [InlineData("--tran sse http://remote/sse", "http://remote/sse|--transport=sse")]
    [InlineData("check --verify-ssl http://remote/mcp", "check|http://remote/mcp|--verify-ssl")]
    public async Task Run_Bridge_GetsItsOwnFlagsAndNoOthers(string line, string words)
    {
        Assert.Equal(7, await RunAsync(line));

        Assert.Equal(words, string.Join('|', _bridge!));
    }

    [Fact]
    public async Task Run_BridgeFlagsAfterACommand_AreTheCommands()
    {
        Assert.Equal(8, await RunAsync("npx server --transport stdio"));

        Assert.Equal(["npx", "server", "--transport", "stdio"], _gateway!.Operands);
    }

    [Fact]
    public async Task Run_CommandCalledCheck_NeedsDashes()
    {
        Assert.Equal(8, await RunAsync("-- check me"));

        Assert.Equal(["check", "me"], _gateway!.Operands);
    }

    [Theory]
    [InlineData("--help")]
    [InlineData("-h")]
    [InlineData("uvx f --help")]
    public async Task Run_Help_PrintsItAndEndsWith0(string line)
    {
        Assert.Equal(0, await RunAsync(line));

        Assert.Equal(CommandLineHelp.Text, _output.ToString().TrimEnd());
        Assert.Equal("", _error.ToString());
    }

    [Fact]
    public async Task Run_Help_ExplainsTheBridgesFlags()
    {
        await RunAsync("--help");

        foreach (var flag in BridgeFlags.All)
        {
            Assert.Contains(flag.Name, _output.ToString(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Run_Version_PrintsNameAndThreeNumbers()
    {
        Assert.Equal(0, await RunAsync("--version"));

        Assert.Matches(@"^mcp-proxy \d+\.\d+\.\d+$", _output.ToString().TrimEnd());
    }

    [Theory]
    [InlineData("-y uvx f", "unrecognized option: -y. If it is the command's, it goes after the command; put -- before the command")]
    [InlineData("--port abc uvx", "--port: 'abc' is not a whole number")]
    [InlineData("--port", "--port: takes a value")]
    [InlineData("--v", "ambiguous option: --v could be --verify-ssl, --version")]
    [InlineData("http://remote/sse --headers A", "-H/--headers: takes two values, as two words without '='")]
    [InlineData(
        "http://remote/sse --bogus",
        "unrecognized option: --bogus. If it is the command's, it goes after the command; put -- before the command")]
    public async Task Run_MistakeOfUsage_IsSaidAndEndsWith2(string line, string mistake)
    {
        Assert.Equal(2, await RunAsync(line));

        Assert.Equal($"mcp-proxy: error: {mistake}", Lines(_error)[0]);
        Assert.EndsWith(CommandLineHelp.Hint, _error.ToString().TrimEnd(), StringComparison.Ordinal);
        Assert.Equal("", _output.ToString());
        Assert.Null(_bridge);
        Assert.Null(_gateway);
    }

    [Fact]
    public async Task Run_CommandStringThatCannotBeSplit_EndsWith1() => Assert.Equal(1, await RunAsync("--named-server a 'uvx \"x'"));

    private Task<int> RunAsync(string line)
    {
        Assert.Null(CommandString.Split(line, backslashEscapes: true, out var words));
        var application = new CliApplication(
            () => _output,
            _error,
            name => name == "SSE_URL" ? _sseUrl : null,
            (args, _) =>
            {
                _bridge = args;
                return Task.FromResult(7);
            },
            (arguments, _) =>
            {
                _gateway = arguments;
                return Task.FromResult(8);
            });
        return application.RunAsync(words, TestContext.Current.CancellationToken);
    }

    private static string[] Lines(StringWriter writer) => writer.ToString().ReplaceLineEndings("\n").TrimEnd().Split('\n');

    private sealed class FullWriter : StringWriter
    {
        public override Task WriteLineAsync(string? value) => Task.FromException(new IOException("No space left on device"));
    }
}
