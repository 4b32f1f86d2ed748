using McpProxy.Gateway.Configuration;

namespace McpProxy.Gateway.Tests.Configuration;

public sealed class GatewayCommandLineTests
{
    [Fact]
    public void Parse_CommandOnly_IsTheDefaultBackendWithDefaultSettings()
    {
        var options = CommandLine.Options("uvx", "mcp-server-fetch");

        var backend = Assert.Single(options.Backends);
        Assert.Equal("default", backend.Key);
        Assert.Equal("uvx", backend.Value.Command);
        Assert.Equal(["mcp-server-fetch"], backend.Value.Args);
        Assert.Equal((0, "127.0.0.1"), (options.Port, options.Host));
    }

    [Fact]
    public void Parse_Nothing_SaysNothingAndIsNoMistake()
    {
        var arguments = CommandLine.Parse();

        Assert.Empty(arguments.Errors);
        Assert.Empty(arguments.Configuration);
    }

    [Fact]
    public void Parse_EmptyCommand_NamesNoDefaultBackend() => Assert.Empty(CommandLine.Options("").Backends);

    [Fact]
    public void Parse_PortAndHost_AreTaken()
    {
        var options = CommandLine.Options("--port", "8080", "--host=0.0.0.0", "uvx");

        Assert.Equal((8080, "0.0.0.0"), (options.Port, options.Host));
    }

    [Fact]
    public void Parse_DeprecatedPortAndHost_WorkAndWarn()
    {
        string[] args = ["--sse-host=0.0.0.0", "--sse-port=8080", "uvx"];

        var options = CommandLine.Options(args);
        Assert.Equal((8080, "0.0.0.0"), (options.Port, options.Host));
        Assert.Equal(["--sse-port is deprecated: use --port", "--sse-host is deprecated: use --host"], CommandLine.Parse(args).Warnings);
    }

    [Fact]
    public void Parse_DeprecatedAndCurrentPort_CurrentWins() =>
        Assert.Equal(8080, CommandLine.Options("--port", "8080", "--sse-port", "9", "uvx").Port);

    [Fact]
    public void Parse_SingleFlagTwice_LastWins() => Assert.Equal(2, CommandLine.Options("--port", "1", "--port=2", "uvx").Port);

    [Fact]
    public void Parse_Environment_IsRepeatableAndKeepsCaseAndEmptyValues()
    {
        var env = CommandLine.Options(
            "-e",
            "http_proxy",
            "a",
            "--env",
            "HTTP_PROXY",
            "b=c",
            "-e",
            "EMPTY",
            "",
            "-e",
            "A__B",
            "d",
            "uvx").Backends["default"].Env;

        Assert.Equal(4, env.Count);
        Assert.Equal(("a", "b=c", "", "d"), (env["http_proxy"], env["HTTP_PROXY"], env["EMPTY"], env["A__B"]));
    }

    [Fact]
    public void Parse_EnvironmentKeyTwice_LastWins() =>
        Assert.Equal("2", CommandLine.Options("-e", "K", "1", "-e", "K", "2", "uvx").Backends["default"].Env["K"]);

    [Fact]
    public void Parse_EnvironmentValueThatLooksLikeAFlag_IsAValue() =>
        Assert.Equal(
            "--max-old-space-size=4096",
            CommandLine.Options("-e", "NODE_OPTIONS", "--max-old-space-size=4096", "node").Backends["default"].Env["NODE_OPTIONS"]);

    [Theory]
    [InlineData("-e", "KEY=VALUE", "uvx")]
    [InlineData("-e", "KEY", "--port", "8080", "uvx")]
    [InlineData("--env=KEY", "VALUE", "uvx")]
    [InlineData("uvx", "-e", "KEY")]
    public void Parse_EnvironmentThatIsNoPair_IsAMistake(params string[] args)
    {
        var arguments = CommandLine.Parse(args);

        Assert.StartsWith("-e/--env: ", Assert.Single(arguments.Errors), StringComparison.Ordinal);
        Assert.Equal(ExitCode.Usage, arguments.ErrorExitCode);
    }

    [Fact]
    public void Parse_WorkingDirectory_IsThatOfTheDefaultBackend() =>
        Assert.Equal("/srv", CommandLine.Options("--cwd", "/srv", "uvx").Backends["default"].Cwd);

    [Fact]
    public void Parse_EnvironmentWithoutCommand_WarnsAndIsIgnored()
    {
        var arguments = CommandLine.Parse("-e", "K", "V", "--cwd", "/srv", "--named-server", "a", "uvx");

        Assert.Equal(2, arguments.Warnings.Count);
        Assert.DoesNotContain(arguments.Configuration.Keys, key => key.Contains(":default:", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(true, "--pass-environment")]
    [InlineData(false, "--pass-environment", "--no-pass-environment")]
    [InlineData(true, "--pass-environment=true")]
    public void Parse_PassEnvironment_IsASwitch(bool expected, params string[] flags) =>
        Assert.Equal(expected, CommandLine.Options([.. flags, "uvx"]).PassEnvironment);

    [Theory]
    [InlineData(true, "--stateless")]
    [InlineData(false, "--no-stateless")]
    [InlineData(false, "--stateless=false")]
    public void Parse_Stateless_IsASwitch(bool expected, string flag) => Assert.Equal(expected, CommandLine.Options(flag, "uvx").Stateless);

    [Theory]
    [InlineData("--stateless=maybe")]
    [InlineData("--no-stateless=true")]
    [InlineData("--version=1")]
    public void Parse_SwitchWithAnotherValue_IsAMistake(string flag) => Assert.NotEmpty(CommandLine.Parse(flag, "uvx").Errors);

    [Theory]
    [InlineData("DEBUG", "Debug")]
    [InlineData("INFO", "Information")]
    [InlineData("WARNING", "Warning")]
    [InlineData("ERROR", "Error")]
    [InlineData("CRITICAL", "Critical")]
    [InlineData("critical", "Critical")]
    [InlineData("Information", "Information")]
    [InlineData("trace", "Trace")]
    [InlineData("None", "None")]
    public void Parse_LogLevel_TakesNamesOfPythonAndDotNetInAnyCase(string name, string expected) =>
        Assert.Equal(expected, CommandLine.Parse("--log-level", name, "uvx").Configuration["Logging:LogLevel:Default"]);

    [Fact]
    public void Parse_UnknownLogLevel_IsAMistake() =>
        Assert.Equal(
            ["--log-level: 'LOUD' is not TRACE, DEBUG, INFO, WARNING, ERROR, CRITICAL or NONE"],
            CommandLine.Parse("--log-level", "LOUD", "uvx").Errors);

    [Fact]
    public void Parse_Debug_BeatsLogLevel() =>
        Assert.Equal("Debug", CommandLine.Parse("--debug", "--log-level=ERROR", "uvx").Configuration["Logging:LogLevel:McpProxy"]);

    [Fact]
    public void Parse_NoDebug_LeavesLogLevel() =>
        Assert.Equal(
            "Error",
            CommandLine.Parse("--debug", "--no-debug", "--log-level=ERROR", "uvx").Configuration["Logging:LogLevel:Default"]);

    [Fact]
    public void Parse_NoLogFlags_LeavesLoggingToConfiguration() =>
        Assert.DoesNotContain("Logging:LogLevel:Default", CommandLine.Parse("uvx").Configuration.Keys);

    [Fact]
    public void Parse_NamedServers_AreSplitLikeAShellDoes()
    {
        var backends = CommandLine.Options(
            "--named-server",
            "fetch",
            "uvx mcp-server-fetch",
            "--named-server",
            "my.time_2",
            "'my server' --zone \"a b\"").Backends;

        Assert.Equal(["fetch", "my.time_2"], backends.Keys.Order(StringComparer.Ordinal));
        Assert.Equal("my server", backends["my.time_2"].Command);
        Assert.Equal(["--zone", "a b"], backends["my.time_2"].Args);
    }

    [Fact]
    public void Parse_NamedServerTwice_LastOneCountsWholly()
    {
        string[] args = ["--named-server", "a", "first with many arguments", "--named-server", "a", "second one"];

        var backend = CommandLine.Options(args).Backends["a"];
        Assert.Equal("second", backend.Command);
        Assert.Equal(["one"], backend.Args);
        Assert.Contains(CommandLine.Parse(args).Warnings, warning => warning.Contains("more than once", StringComparison.Ordinal));
    }

    [Fact]
    public void Parse_NamedServerWithEmptyCommand_IsSkippedWithAWarning()
    {
        var arguments = CommandLine.Parse("--named-server", "a", " ", "uvx");

        Assert.Empty(arguments.Errors);
        Assert.Equal(["--named-server a is skipped: its command is empty"], arguments.Warnings);
    }

    [Fact]
    public void Parse_NamedServerWithOpenQuote_FailsAsConfiguration()
    {
        var arguments = CommandLine.Parse("--named-server", "a", "uvx 'secret");

        Assert.Equal(["--named-server a: the command has no closing '"], arguments.Errors);
        Assert.Equal(ExitCode.Failure, arguments.ErrorExitCode);
    }

    [Theory]
    [InlineData("a b")]
    [InlineData("a/b")]
    [InlineData("a:b")]
    [InlineData("..")]
    [InlineData("")]
    public void Parse_NamedServerWithUnsafeName_IsAMistake(string name) =>
        Assert.Contains(
            CommandLine.Parse("--named-server", name, "uvx").Errors,
            error => error.StartsWith("--named-server: ", StringComparison.Ordinal));

    [Fact]
    public void Parse_NamedServerThatIsAnAddress_IsAUrlBackend() =>
        Assert.Equal("https://example.com/mcp", CommandLine.Options("--named-server", "a", "https://example.com/mcp").Backends["a"].Url);

    [Fact]
    public void Parse_NamedServerCalledDefaultBesideACommand_IsAMistake() =>
        Assert.Single(CommandLine.Parse("--named-server", "default", "uvx a", "uvx").Errors);

    [Fact]
    public void Parse_NamedServerConfig_TakesThePlaceOfNamedServers()
    {
        string[] args = ["--named-server-config", "./servers.json", "--named-server", "a", "uvx a", "--", "my-default-command", "--arg1"];

        var options = CommandLine.Options(args);
        Assert.Equal("./servers.json", options.NamedServerConfig);
        Assert.Equal(["default"], options.Backends.Keys);
        Assert.Equal(["--named-server is ignored: --named-server-config names the servers"], CommandLine.Parse(args).Warnings);
    }

    [Theory]
    [InlineData("--allow-origin=*", "--allow-origin=https://b.example", "uvx", "f")]
    [InlineData("--allow-origin", "*", "https://b.example", "uvx", "f")]
    [InlineData("--allow-origin", "*", "--allow-origin", "https://b.example", "uvx", "f")]
    [InlineData("uvx", "f", "--allow-origin", "*", "https://b.example")]
    public void Parse_AllowOrigin_AddsUpAndLeavesTheCommand(params string[] args)
    {
        var options = CommandLine.Options(args);

        Assert.Equal(["*", "https://b.example"], options.AllowOrigin);
        Assert.Equal("uvx", options.Backends["default"].Command);
        Assert.Equal(["f"], options.Backends["default"].Args);
    }

    [Fact]
    public void Parse_AllowOriginBeforeAnAddress_LeavesTheAddress() =>
        Assert.Equal(["http://remote/sse"], CommandLine.Parse("--allow-origin", "https://a.example", "http://remote/sse").Operands);

    [Fact]
    public void Parse_ExposeHeader_IsRepeatable() =>
        Assert.Equal(["A", "B"], CommandLine.Options("--expose-header", "A", "--expose-header=B", "uvx").ExposeHeader);

    [Fact]
    public void Parse_OurFlags_ReachTheirProperties()
    {
        var options = CommandLine.Options(
            "--allow-host", "a.example", "--allow-host=b.example", "--sharing", "Dedicated", "--path-base", "/mcp-proxy",
            "--session-idle-timeout", "1h", "--max-sessions", "5", "--max-request-size", "64MB", "--max-message-size", "512KB",
            "--max-queue-size", "1MiB", "--replay-events", "0", "--replay-size", "4096", "--keep-alive", "5", "--initialize-timeout", "5m",
            "--server-request-timeout", "00:00:20", "--stall-timeout", "1500ms", "--shutdown-timeout", "1.5s", "uvx");

        Assert.Equal(["a.example", "b.example"], options.AllowHost);
        Assert.Equal((SharingMode.Dedicated, "/mcp-proxy", 5), (options.Sharing, options.PathBase, options.MaxSessions));
        Assert.Equal((64_000_000, 512_000, 1_048_576), (options.MaxRequestBytes, options.MaxMessageBytes, options.MaxQueueBytes));
        Assert.Equal((0, 4096), (options.ReplayEvents, options.ReplayBytes));
        Assert.Equal((TimeSpan.FromHours(1), TimeSpan.FromSeconds(5)), (options.SessionIdleTimeout, options.KeepAliveInterval));
        Assert.Equal((TimeSpan.FromMinutes(5), TimeSpan.FromSeconds(20)), (options.InitializeTimeout, options.ServerRequestTimeout));
        Assert.Equal((TimeSpan.FromSeconds(1.5), TimeSpan.FromSeconds(1.5)), (options.StallTimeout, options.ShutdownTimeout));
    }

    [Fact]
    public void Parse_SeveralMistakes_ReportsAllAtOnce()
    {
        var arguments = CommandLine.Parse(
            "--prt",
            "--port",
            "abc",
            "--keep-alive=soon",
            "--max-queue-size",
            "big",
            "--sharing",
            "some",
            "--host");

        Assert.Equal(
            [
                "unrecognized option: --prt. If it is the command's, it goes after the command; put -- before the command",
                "--host: takes a value",
                "--port: 'abc' is not a whole number",
                "--sharing: 'some' is not auto, dedicated or shared",
                "--keep-alive: 'soon' is not a duration such as 30s, 5m, 500ms, 1h, 90 (seconds) or 00:01:30",
                "--max-queue-size: 'big' is not a size such as 64MB, 512KB, 1MiB or 4096 (bytes)",
            ],
            arguments.Errors);
        Assert.Equal(ExitCode.Usage, arguments.ErrorExitCode);
    }

    [Theory]
    [InlineData("--help")]
    [InlineData("-h")]
    [InlineData("uvx", "--help", "--port", "abc")]
    [InlineData("--bogus", "--version", "--help")]
    public void Parse_Help_BeatsEverything(params string[] args) =>
        Assert.True(CommandLine.Parse(args) is { ShowHelp: true, ShowVersion: false, Errors: [] });

    [Fact]
    public void Parse_Version_IsAsked() => Assert.True(CommandLine.Parse("--version") is { ShowVersion: true, ShowHelp: false });

    [Fact]
    public void Parse_BridgeFlagBeforeACommand_WarnsThatItHasNoEffect()
    {
        var arguments = CommandLine.Parse("-H", "Authorization", "secret", "--transport", "sse", "uvx", "f");

        Assert.Equal(["uvx", "f"], arguments.Operands);
        Assert.Equal(2, arguments.Warnings.Count);
        Assert.DoesNotContain("secret", string.Concat(arguments.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_EveryPropertyOfGatewayOptions_HasAFlag()
    {
        // A command line is no place for a secret: everybody can read it.
        string[] others = [nameof(GatewayOptions.Backends), nameof(GatewayOptions.OperatorKey)];
        var properties = typeof(GatewayOptions).GetProperties().Select(property => property.Name).Except(others);

        Assert.Equal(
            properties.Order(StringComparer.Ordinal),
            GatewayFlags.All.Select(flag => flag.Key).OfType<string>().Order(StringComparer.Ordinal));
    }
}
