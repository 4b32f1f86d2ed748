using McpProxy.Gateway.Configuration;
using Microsoft.Extensions.Configuration;

namespace McpProxy.Gateway.Tests.Configuration;

public sealed class GatewayOptionsValidatorTests
{
    [Fact]
    public void Validate_Defaults_AreRight() => Assert.Empty(Mistakes());

    [Theory]
    [InlineData("Host", "example.com", "--host", "must be an IP address, localhost, or * for all")]
    [InlineData("Host", "8080", "--host", "must be an IP address, localhost, or * for all")]
    [InlineData("Port", "-1", "--port", "must be 0 to 65535")]
    [InlineData("Port", "65536", "--port", "must be 0 to 65535")]
    [InlineData("Port", "99999999999", "--port", "must be 0 to 65535")]
    [InlineData("Port", "x", "--port", "must be a whole number")]
    [InlineData("PathBase", "mcp", "--path-base", "must start with a slash and not end with one")]
    [InlineData("PathBase", "/", "--path-base", "must start with a slash and not end with one")]
    [InlineData("Stateless", "maybe", "--stateless", "must be true or false")]
    [InlineData("PassEnvironment", "2", "--pass-environment", "must be true or false")]
    [InlineData("Sharing", "7", "--sharing", "must be auto, dedicated or shared")]
    [InlineData("NamedServerConfig", " ", "--named-server-config", "must be the path of a file")]
    [InlineData("SessionIdleTimeout", "0", "--session-idle-timeout", "must be 1s to 7d")]
    [InlineData("SessionIdleTimeout", "8d", "--session-idle-timeout", "must be 1s to 7d")]
    [InlineData(
        "SessionIdleTimeout",
        "long",
        "--session-idle-timeout",
        "must be a duration such as 30s, 5m, 500ms, 1h, 90 (seconds) or 00:01:30")]
    [InlineData("MaxSessions", "0", "--max-sessions", "must be 1 to 1000000")]
    [InlineData("MaxRequestBytes", "1000", "--max-request-size", "must be 1KiB to 1GiB")]
    [InlineData("MaxRequestBytes", "2GiB", "--max-request-size", "must be 1KiB to 1GiB")]
    [InlineData("MaxMessageBytes", "many", "--max-message-size", "must be a size such as 64MB, 512KB, 1MiB or 4096 (bytes)")]
    [InlineData("MaxMessageBytes", "1", "--max-message-size", "must be 1KiB to 1GiB")]
    [InlineData("MaxQueueBytes", "1", "--max-queue-size", "must be 1KiB to 1GiB")]
    [InlineData("ReplayEvents", "100001", "--replay-events", "must be 0 to 100000")]
    [InlineData("ReplayBytes", "2G", "--replay-size", "must be 0 to 1GiB")]
    [InlineData("StallTimeout", "2h", "--stall-timeout", "must be 1s to 1h")]
    [InlineData("KeepAliveInterval", "500ms", "--keep-alive", "must be 1s to 1h")]
    [InlineData("InitializeTimeout", "2h", "--initialize-timeout", "must be 1s to 1h")]
    [InlineData("ServerRequestTimeout", "0", "--server-request-timeout", "must be 1s to 1h")]
    [InlineData("ShutdownTimeout", "0", "--shutdown-timeout", "must be 1s to 1h")]
    public void Validate_OneMistake_NamesPathAndFlag(string key, string value, string flag, string mistake) =>
        Assert.Equal([$"McpProxy:{key} ({flag}): {mistake}"], Mistakes(($"McpProxy:{key}", value)));

    [Theory]
    [InlineData("AllowOrigin", "https://a.example/path", "--allow-origin")]
    [InlineData("AllowOrigin", "a.example", "--allow-origin")]
    [InlineData("AllowHost", "https://a.example", "--allow-host")]
    [InlineData("AllowHost", "a.example:80", "--allow-host")]
    [InlineData("ExposeHeader", "X Y", "--expose-header")]
    public void Validate_WrongElement_IsNamed(string key, string value, string flag) =>
        Assert.StartsWith(
            $"McpProxy:{key}:1 ({flag}): must be ",
            Assert.Single(Mistakes(($"McpProxy:{key}:0", "*"), ($"McpProxy:{key}:1", value))),
            StringComparison.Ordinal);

    [Theory]
    [InlineData("0.0.0.0")]
    [InlineData("::")]
    [InlineData("[::1]")]
    [InlineData("localhost")]
    [InlineData("*")]
    public void Validate_ListenAddress_IsRight(string host) => Assert.Empty(Mistakes(("McpProxy:Host", host)));

    [Fact]
    public void Validate_DedicatedWithoutSessions_IsAMistake() =>
        Assert.Equal(
            ["McpProxy:Sharing (--sharing): dedicated cannot be --stateless"],
            Mistakes(("McpProxy:Sharing", "dedicated"), ("McpProxy:Stateless", "true")));

    [Fact]
    public void Validate_Backends_ReportsEachMistakeWithItsPathAndNoValue()
    {
        var mistakes = Mistakes(
            ("McpProxy:Backends:a b:Command", "secret"),
            ("McpProxy:Backends:both:Command", "secret"), ("McpProxy:Backends:both:Url", "https://secret"),
            ("McpProxy:Backends:none:Cwd", "/srv"),
            ("McpProxy:Backends:slow:Command", "secret"), ("McpProxy:Backends:slow:Timeout", "2h"),
            ("McpProxy:Backends:slow:Transport", "secret"),
            ("McpProxy:Backends:list:Command", "secret"), ("McpProxy:Backends:list:Args", "secret"),
            ("McpProxy:Backends:list:Env:0", "secret"),
            ("McpProxy:Backends:off:Disabled", "true"));

        Assert.Equal(
            [
                "McpProxy:Backends:a b: the name may hold letters, digits and - . _ ~ only, because it is part of the address",
                "McpProxy:Backends:both: must have a command or a url, and not both",
                "McpProxy:Backends:list:Args: must be a list or an object, with a key for each element",
                "McpProxy:Backends:list:Env:0: must be NAME=VALUE",
                "McpProxy:Backends:none: must have a command or a url, and not both",
                "McpProxy:Backends:slow:Timeout: must be 1s to 1h",
                "McpProxy:Backends:slow:Transport: must be one of stdio, http, streamable-http, streamable_http, streamablehttp, sse",
            ],
            mistakes.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Validate_SeveralMistakes_ReportsAllAtOnce() =>
        Assert.Equal(
            4,
            Mistakes(("McpProxy:Port", "x"), ("McpProxy:ReplayBytes", "-"), ("McpProxy:Host", "x"), ("McpProxy:Backends:a:Cwd", "x")).Count);

    [Fact]
    public void Validate_MistakeOfAWeakerSource_IsNoneWhenAStrongerOneIsRight()
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection([new("McpProxy:Port", "x")])
            .AddInMemoryCollection([new("McpProxy:Port", "1")])
            .Build();

        Assert.True(new GatewayOptionsValidator(configuration).Validate(null, CommandLine.Options(configuration)).Succeeded);
    }

    private static IReadOnlyList<string> Mistakes(params (string Key, string? Value)[] values)
    {
        var configuration = CommandLine.Configuration(values);
        return [.. new GatewayOptionsValidator(configuration).Validate(null, CommandLine.Options(configuration)).Failures ?? []];
    }
}
