namespace McpProxy.Gateway.Tests.Configuration;

public sealed class CommandLineWordsTests
{
    [Theory]
    [InlineData("--port 8080 uvx f", "uvx f")]
    [InlineData("--port=8080 uvx f", "uvx f")]
    [InlineData("--por 8080 uvx f", "uvx f")]
    [InlineData("--por=8080 uvx f", "uvx f")]
    [InlineData("uvx f --port 8080", "uvx f")]
    [InlineData("uvx --port 8080 f", "uvx f")]
    [InlineData("uvx f --port=8080", "uvx f")]
    [InlineData("--port 8080 -- uvx f", "uvx f")]
    [InlineData("--port 8080 npx -y @scope/server", "npx -y @scope/server")]
    [InlineData("npx -y @scope/server --port 8080", "npx -y @scope/server")]
    [InlineData("npx -y @scope/server --port 8080 --verbose --level=3", "npx -y @scope/server --verbose --level=3")]
    [InlineData("--port 8080 -- npx -y s --port 1 --help -e", "npx -y s --port 1 --help -e")]
    [InlineData("--port 8080 npx s -- --port 1", "npx s --port 1")]
    [InlineData("--port 8080 -- npm run s -- --flag", "npm run s -- --flag")]
    [InlineData("--port 8080 s --transport stdio -H x", "s --transport stdio -H x")]
    [InlineData("--port 8080 cat -", "cat -")]
    [InlineData("--port 8080 @file [suggest] [diagram]", "@file [suggest] [diagram]")]
    [InlineData("--port 8080 mcp-proxy /h -?", "mcp-proxy /h -?")]
    public void Read_FlagsAndCommand_AreToldApart(string line, string command)
    {
        var options = CommandLine.Options(line.Split(' '));

        Assert.Equal(8080, options.Port);
        Assert.Equal(command, string.Join(' ', [options.Backends["default"].Command!, .. options.Backends["default"].Args]));
    }

    [Fact]
    public void Read_AbbreviationAfterTheCommand_IsTheCommands()
    {
        var options = CommandLine.Options("uvx", "f", "--por", "8080");

        Assert.Equal(0, options.Port);
        Assert.Equal(["f", "--por", "8080"], options.Backends["default"].Args);
    }

    [Fact]
    public void Read_UnknownFlagBeforeTheCommand_SaysToPutDashes()
    {
        var arguments = CommandLine.Parse("-y", "uvx", "f");

        var error = Assert.Single(arguments.Errors);
        Assert.StartsWith("unrecognized option: -y.", error, StringComparison.Ordinal);
        Assert.Contains("put -- before the command", error, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_UnknownFlagAfterAnAddress_IsAMistake() =>
        Assert.StartsWith(
            "unrecognized option: --bogus.",
            Assert.Single(CommandLine.Parse("http://remote/sse", "--bogus").Errors),
            StringComparison.Ordinal);

    [Fact]
    public void Read_OwnFlagAfterFlagsOfTheCommand_Warns()
    {
        var arguments = CommandLine.Parse("docker", "run", "-i", "-e", "TOKEN", "image");

        Assert.Equal(["docker", "run", "-i"], arguments.Operands);
        Assert.Equal(["-e is taken as an option of mcp-proxy; put -- before the command if it is the command's"], arguments.Warnings);
    }

    [Theory]
    [InlineData("--po", "--port")]
    [InlineData("--st", "--stateless")]
    [InlineData("--pa", "--pass-environment")]
    [InlineData("--no-d", "--no-debug")]
    [InlineData("--path", "--path-base")]
    [InlineData("--sh", "--sharing", "--shutdown-timeout")]
    [InlineData("--ss", "--sse-host", "--sse-port")]
    [InlineData("--named-server", "--named-server")]
    [InlineData("--named-server-", "--named-server-config")]
    [InlineData("--x")]
    [InlineData("--")]
    public void Complete_Abbreviation_FindsWhatItMayStandFor(string abbreviation, params string[] expected)
    {
        var flags = new McpProxy.Gateway.Configuration.FlagSet(McpProxy.Gateway.Configuration.GatewayFlags.All);

        Assert.Equal(expected, flags.Find(abbreviation) is { } exact ? [exact.Name] : flags.Complete(abbreviation));
    }

    [Fact]
    public void Read_AmbiguousAbbreviation_NamesTheCandidates() =>
        Assert.Equal(["ambiguous option: --ss could be --sse-host, --sse-port"], CommandLine.Parse("--ss=1", "uvx").Errors);

    [Theory]
    [InlineData("--verify-ssl http://remote/sse", "http://remote/sse")]
    [InlineData("--verify-ssl no http://remote/sse", "http://remote/sse")]
    [InlineData("http://remote/sse --verify-ssl", "http://remote/sse")]
    [InlineData("--verify-ssl -H A b https://remote/mcp --port 1", "https://remote/mcp")]
    [InlineData("--headers A b -- https://remote/mcp", "https://remote/mcp")]
    [InlineData("check --verify-ssl https://remote/mcp -H A b", "check https://remote/mcp")]
    public void Read_Address_AsksForTheBridge(string line, string operands)
    {
        var arguments = CommandLine.Parse(line.Split(' '));

        Assert.Empty(arguments.Errors);
        Assert.True(arguments.IsForBridge);
        Assert.Equal(operands, string.Join(' ', arguments.Operands));
        Assert.Empty(arguments.Configuration);
    }

    [Theory]
    [InlineData("-- check http://remote/sse")]
    [InlineData("HTTP://remote/sse")]
    [InlineData("uvx http://remote/sse")]
    public void Read_NoAddressFirst_AsksForTheGateway(string line) => Assert.False(CommandLine.Parse(line.Split(' ')).IsForBridge);
}
