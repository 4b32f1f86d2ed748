using McpProxy.Gateway.Configuration;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace McpProxy.Gateway.Tests.Configuration;

public sealed class GatewayOptionsSetupTests
{
    [Fact]
    public void Configure_EveryKey_IsBound()
    {
        var options = CommandLine.Options(CommandLine.Configuration(
            ("McpProxy:Host", "::1"), ("McpProxy:Port", "8080"), ("McpProxy:PathBase", "/p"), ("McpProxy:Stateless", "true"),
            ("McpProxy:AllowOrigin:0", "*"), ("McpProxy:ExposeHeader:0", "X"), ("McpProxy:AllowHost:0", "h"),
            ("McpProxy:Sharing", "shared"),
            ("McpProxy:PassEnvironment", "yes"), ("McpProxy:NamedServerConfig", "s.json"), ("McpProxy:SessionIdleTimeout", "00:10:00"),
            ("McpProxy:MaxSessions", "7"), ("McpProxy:MaxRequestBytes", "2KiB"), ("McpProxy:MaxMessageBytes", "3KiB"),
            ("McpProxy:MaxQueueBytes", "4096"), ("McpProxy:StallTimeout", "7s"), ("McpProxy:ReplayEvents", "8"),
            ("McpProxy:ReplayBytes", "9"),
            ("McpProxy:KeepAliveInterval", "10"), ("McpProxy:InitializeTimeout", "11"), ("McpProxy:ServerRequestTimeout", "12"),
            ("McpProxy:ShutdownTimeout", "13")));

        Assert.Equal(("::1", 8080, "/p", true), (options.Host, options.Port, options.PathBase, options.Stateless));
        Assert.Equal(["*", "X", "h"], [.. options.AllowOrigin, .. options.ExposeHeader, .. options.AllowHost]);
        Assert.Equal((SharingMode.Shared, true, "s.json"), (options.Sharing, options.PassEnvironment, options.NamedServerConfig));
        Assert.Equal((7, 2048, 3072, 4096), (options.MaxSessions, options.MaxRequestBytes, options.MaxMessageBytes, options.MaxQueueBytes));
        Assert.Equal((8, 9), (options.ReplayEvents, options.ReplayBytes));
        Assert.Equal(
            [600, 7, 10, 11, 12, 13],
            new[] {
                options.SessionIdleTimeout,
                options.StallTimeout,
                options.KeepAliveInterval,
                options.InitializeTimeout,
                options.ServerRequestTimeout,
                options.ShutdownTimeout }
                .Select(duration => duration.TotalSeconds));
    }

    [Fact]
    public void Configure_EveryKeyOfABackend_IsBound()
    {
        var backend = CommandLine.Options(CommandLine.Configuration(
            ("McpProxy:Backends:fetch:Command", "uvx"), ("McpProxy:Backends:fetch:Args:0", "a"), ("McpProxy:Backends:fetch:Args:1", ""),
            ("McpProxy:Backends:fetch:Env:KEY", "v"), ("McpProxy:Backends:fetch:Cwd", "/srv"), ("McpProxy:Backends:fetch:Enabled", "true"),
            ("McpProxy:Backends:fetch:Disabled", "1"), ("McpProxy:Backends:fetch:Url", "https://x"),
            ("McpProxy:Backends:fetch:Transport", "sse"),
            ("McpProxy:Backends:fetch:Headers:X-Key", "h"), ("McpProxy:Backends:fetch:Timeout", "90"),
            ("McpProxy:Backends:fetch:Sharing", "Dedicated"),
            ("McpProxy:Backends:fetch:PassEnvironment", "true"))).Backends["fetch"];

        Assert.Equal(("uvx", "/srv", "https://x", "sse"), (backend.Command, backend.Cwd, backend.Url, backend.Transport));
        Assert.Equal(["a", ""], backend.Args);
        Assert.Equal(("v", "h"), (backend.Env["KEY"], backend.Headers["x-key"]));
        Assert.Equal((true, true, false), (backend.Enabled, backend.Disabled, backend.IsEnabled));
        Assert.Equal(
            (TimeSpan.FromSeconds(90), SharingMode.Dedicated, true),
            (backend.Timeout!.Value, backend.Sharing!.Value, backend.PassEnvironment!.Value));
    }

    [Fact]
    public void Configure_Nothing_LeavesTheDefaults()
    {
        var options = CommandLine.Options(CommandLine.Configuration(
            ("McpProxy:Port", ""),
            ("McpProxy:Host", ""),
            ("McpProxy:KeepAliveInterval", null)));

        Assert.Equal((0, "127.0.0.1", TimeSpan.FromSeconds(15)), (options.Port, options.Host, options.KeepAliveInterval));
    }

    [Fact]
    public void Configure_CommandLineOverOtherSources_Wins()
    {
        var options = CommandLine.Options(new ConfigurationBuilder()
            .AddInMemoryCollection(CommandLine.Parse(
                "--port",
                "1",
                "--host",
                "localhost",
                "--allow-origin",
                "https://a.example",
                "https://b.example").Configuration)
            .AddInMemoryCollection(CommandLine.Parse("--port", "2", "--allow-origin=https://c.example").Configuration)
            .Build());

        Assert.Equal((2, "localhost"), (options.Port, options.Host));
        Assert.Equal(["https://c.example"], options.AllowOrigin);
    }

    [Fact]
    public void Configure_StrongerCommand_DescribesTheBackendAnew()
    {
        var options = CommandLine.Options(new ConfigurationBuilder()
            .AddInMemoryCollection(CommandLine.Parse("-e", "SECRET", "1", "--cwd", "/srv", "--", "old", "with", "arguments").Configuration)
            .AddInMemoryCollection(CommandLine.Parse("new", "one").Configuration)
            .Build());

        var backend = options.Backends["default"];
        Assert.Equal("new", backend.Command);
        Assert.Equal(["one"], backend.Args);
        Assert.Empty(backend.Env);
        Assert.Null(backend.Cwd);
    }

    [Fact]
    public void Configure_StrongerSourceWithoutCommand_AddsToTheBackend()
    {
        var options = CommandLine.Options(new ConfigurationBuilder()
            .AddInMemoryCollection([
                new("McpProxy:Backends:fetch:Command", "uvx"),
                new("McpProxy:Backends:fetch:Args:0", "a"),
                new("McpProxy:Backends:fetch:Args:1", "b"),
                new("McpProxy:Backends:fetch:Env:A", "1")])
            .AddInMemoryCollection([
                new("McpProxy:Backends:FETCH:Env:KEY__PART", "2"),
                new("McpProxy:Backends:FETCH:Env:NESTED:PART", "3"),
                new("McpProxy:Backends:FETCH:Args:0", "c")])
            .Build());

        var (name, backend) = Assert.Single(options.Backends);
        Assert.Equal(("fetch", "uvx"), (name, backend.Command));
        Assert.Equal(["c"], backend.Args);
        Assert.Equal(("1", "2", "3"), (backend.Env["A"], backend.Env["KEY__PART"], backend.Env["NESTED__PART"]));
    }

    [Fact]
    public void Configure_NamesInOneValue_AreAList() =>
        Assert.Equal(
            ["https://a.example", "https://b.example"],
            CommandLine.Options(CommandLine.Configuration(("McpProxy:AllowOrigin", "https://a.example, https://b.example"))).AllowOrigin);

    [Fact]
    public void Configure_EnvironmentAsList_KeepsCase()
    {
        var env = CommandLine.Options(CommandLine.Configuration(
            ("McpProxy:Backends:a:Command", "x"), ("McpProxy:Backends:a:Env:0", "http_proxy=1=2"),
            ("McpProxy:Backends:a:Env:1", "HTTP_PROXY=3"))).Backends["a"].Env;

        Assert.Equal(("1=2", "3"), (env["http_proxy"], env["HTTP_PROXY"]));
    }

    [Fact]
    public void Configure_SectionOfAnyConfiguration_IsBound() =>
        Assert.Equal(9, CommandLine.Options(new ChainedConfiguration(CommandLine.Configuration(("McpProxy:Port", "9")))).Port);

    [Fact]
    public void AddGatewayOptions_InAHost_BindsFromTheConfigurationManager()
    {
        var configuration = new ConfigurationManager();
        configuration.AddInMemoryCollection([new("McpProxy:Port", "1")]);
        configuration.AddInMemoryCollection(CommandLine.Parse("--port=2", "uvx").Configuration);
        using var services = new ServiceCollection()
            .AddSingleton<IConfiguration>(configuration)
            .AddGatewayOptions()
            .AddGatewayOptions()
            .BuildServiceProvider();

        var options = services.GetRequiredService<IOptions<GatewayOptions>>().Value;
        Assert.Equal(2, options.Port);
        Assert.Equal("uvx", Assert.Single(options.Backends).Value.Command);
    }

    [Fact]
    public void AddGatewayOptions_Mistakes_AreReportedAtOnce()
    {
        using var services = new ServiceCollection()
            .AddSingleton<IConfiguration>(CommandLine.Configuration(("McpProxy:Port", "x"), ("McpProxy:MaxSessions", "0")))
            .AddGatewayOptions()
            .BuildServiceProvider();

        var exception = Assert.Throws<OptionsValidationException>(() => services.GetRequiredService<IOptions<GatewayOptions>>().Value);
        Assert.Equal(
            ["McpProxy:Port (--port): must be a whole number", "McpProxy:MaxSessions (--max-sessions): must be 1 to 1000000"],
            exception.Failures);
    }

    // A configuration that does not tell its sources apart.
    private sealed class ChainedConfiguration(IConfiguration inner) : IConfiguration
    {
        public string? this[string key] { get => inner[key]; set => inner[key] = value; }

        public IConfigurationSection GetSection(string key) => inner.GetSection(key);

        public IEnumerable<IConfigurationSection> GetChildren() => inner.GetChildren();

        public Microsoft.Extensions.Primitives.IChangeToken GetReloadToken() => inner.GetReloadToken();
    }
}
