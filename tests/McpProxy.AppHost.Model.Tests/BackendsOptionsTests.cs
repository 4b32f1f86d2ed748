using Microsoft.Extensions.Configuration;

namespace McpProxy.AppHost.Model.Tests;

public sealed class BackendsOptionsTests
{
    [Fact]
    public void Read_NothingConfigured_IsNeither()
    {
        var options = Read([]);

        Assert.False(options.Npm);
        Assert.Null(options.Url);
        Assert.False(options.UrlNeedsToken);
    }

    [Fact]
    public void Read_EverythingConfigured_IsBoth()
    {
        var options = Read(new() { ["Backends:Npm"] = "true", ["Backends:Url"] = "https://example.com/mcp", ["Backends:UrlNeedsToken"] = "true" });

        Assert.True(options.Npm);
        Assert.Equal(new Uri("https://example.com/mcp"), options.Url);
        Assert.True(options.UrlNeedsToken);
    }

    private static BackendsOptions Read(Dictionary<string, string?> settings) =>
        BackendsOptions.Read(new ConfigurationBuilder().AddInMemoryCollection(settings).Build());
}
