namespace McpProxy.Bridge.Tests;

public sealed class BridgeApplicationTests
{
    [Fact]
    public async Task RunAsync_AnyUrl_SaysWhatWorksInstead()
    {
        using var error = new StringWriter();

        var exitCode = await BridgeApplication.RunAsync(["http://127.0.0.1:1/mcp"], error);

        Assert.Equal(1, exitCode);
        Assert.Contains("mcp-proxy --port 8080 COMMAND", error.ToString(), StringComparison.Ordinal);
    }
}
