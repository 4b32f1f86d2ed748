namespace McpProxy.AppHost.Model.Tests;

public sealed class GatewayPathTests
{
    [Fact]
    public void Mcp_DefaultBackend_IsAtTheRoot()
    {
        Assert.Equal("/mcp", GatewayPath.Mcp("default"));
        Assert.Equal("/sse", GatewayPath.Sse("default"));
    }

    [Fact]
    public void Mcp_NamedBackend_IsBelowServers()
    {
        Assert.Equal("/servers/docs/mcp", GatewayPath.Mcp("docs"));
        Assert.Equal("/servers/docs/sse", GatewayPath.Sse("docs"));
    }

    [Fact]
    public void Mcp_NameThatIsNone_Throws() => Assert.Throws<ArgumentException>(() => GatewayPath.Mcp("../health"));
}
