using Aspire.Hosting.ApplicationModel;
using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;

namespace McpProxy.AppHost.Tests;

/// <summary>The application as it runs: a client calls a tool of a backend; an operator looks, and restarts.</summary>
public sealed class RunningAppTests(RunningApp app) : IClassFixture<RunningApp>
{
    [Theory]
    [InlineData("mcp", HttpTransportMode.StreamableHttp)]
    [InlineData("sse", HttpTransportMode.Sse)]
    [InlineData("servers/default/mcp", HttpTransportMode.StreamableHttp)]
    public async Task Client_CallsATool(string path, HttpTransportMode mode)
    {
        await using var client = await app.ConnectAsync(path, mode);

        var result = await client.CallToolAsync(
            "test_simple_text", new Dictionary<string, object?>(StringComparer.Ordinal), cancellationToken: TestContext.Current.CancellationToken);

        Assert.NotEqual(true, result.IsError);
        Assert.NotEmpty(Assert.IsType<TextContentBlock>(Assert.Single(result.Content)).Text);
    }

    [Fact]
    public async Task BridgeCheck_StartedByHand_Succeeds()
    {
        var answer = await app.RunAsync("bridge-check", KnownResourceCommands.StartCommand);

        Assert.True(answer.Success, answer.Message);
        Assert.Equal(0, await app.WaitForExitAsync("bridge-check"));
    }

    [Fact]
    public async Task Sessions_AreShown()
    {
        await using var client = await app.ConnectAsync("mcp", HttpTransportMode.StreamableHttp);

        var answer = await app.RunAsync("gateway", "sessions");

        Assert.True(answer.Success, answer.Message);
        Assert.Contains("| default | streamable-http |", answer.Data?.Value, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Restart_OfABackend_LeavesItsSessions()
    {
        await using var client = await app.ConnectAsync("mcp", HttpTransportMode.StreamableHttp);

        var answer = await app.RunAsync("gateway", "restart-default");

        Assert.True(answer.Success, answer.Message);
        Assert.Contains("| default | streamable-http |", (await app.RunAsync("gateway", "sessions")).Data?.Value, StringComparison.Ordinal);
    }
}
