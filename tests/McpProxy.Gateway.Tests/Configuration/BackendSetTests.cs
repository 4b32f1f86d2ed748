using McpProxy.Gateway.Configuration;

namespace McpProxy.Gateway.Tests.Configuration;

public sealed class BackendSetTests
{
    [Fact]
    public void Create_ConfigurationAndFile_AreMerged()
    {
        var set = BackendSet.Create(CommandLine.Options("uvx", "f"), File(("fetch", new BackendOptions { Command = "a" })));

        Assert.Equal(["default", "fetch"], set.Backends.Keys.Order(StringComparer.Ordinal));
        Assert.Empty(set.Remarks);
    }

    [Fact]
    public void Create_SameName_IsConfigurationsAndSaid()
    {
        var set = BackendSet.Create(CommandLine.Options("uvx", "f"), File(("default", new BackendOptions { Command = "a" })));

        Assert.Equal("uvx", Assert.Single(set.Backends).Value.Command);
        Assert.StartsWith("mcpServers.default: skipped: ", Assert.Single(set.Remarks), StringComparison.Ordinal);
    }

    [Fact]
    public void Create_UrlBackends_AreServedBesideCommands()
    {
        var set = BackendSet.Create(
            CommandLine.Options("--named-server", "remote", "https://one.example/mcp", "uvx", "f"),
            File(("other", new BackendOptions { Url = "https://two.example/mcp" }), ("fetch", new BackendOptions { Command = "a" })));

        Assert.Equal(["default", "fetch", "other", "remote"], set.Backends.Keys.Order(StringComparer.Ordinal));
        Assert.Equal("https://one.example/mcp", set.Backends["remote"].Url);
        Assert.Empty(set.Remarks);
    }

    [Fact]
    public void Create_DisabledBackend_IsLeftOut() =>
        Assert.Empty(BackendSet.Create(
            CommandLine.Options(CommandLine.Configuration(("McpProxy:Backends:a:Command", "x"), ("McpProxy:Backends:a:Disabled", "true"))),
            file: null).Backends);

    private static ServersFile File(params (string Name, BackendOptions Backend)[] backends) =>
        new("servers.json", "1") { Backends = backends.ToDictionary(item => item.Name, item => item.Backend, StringComparer.Ordinal) };
}
