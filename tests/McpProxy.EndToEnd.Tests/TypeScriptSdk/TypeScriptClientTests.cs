using System.Text.Json.Nodes;
using McpProxy.EndToEnd.Tests.Harness;

namespace McpProxy.EndToEnd.Tests.TypeScriptSdk;

/// <summary>The official TypeScript clients; each script runs a list of named checks.</summary>
public sealed class TypeScriptClientTests(GatewaysFixture gateways) : IClassFixture<GatewaysFixture>
{
    public static MatrixTheoryData<string, string, string, string> Runs { get; } = new(
        ["typescript-sdk.mjs", "typescript-client.mjs"], ["http", "sse"], ["server-everything", "sample"], ["all", "none"]);

    [Theory]
    [MemberData(nameof(Runs))]
    public async Task EveryCheck_ThroughTheGateway_Passes(string client, string transport, string server, string capabilities)
    {
        var gateway = await gateways.For(server, TestContext.Current.CancellationToken);

        await RunAsync(client, transport == "sse" ? gateway.Sse : gateway.Mcp, server, capabilities, "--transport", transport);
    }

    // The second client prefers 2026-07-28 and falls back: over stdio, too, it must find the era of the server behind the two proxies.
    [Theory]
    [InlineData("typescript-sdk.mjs", "/mcp", "server-everything", "all")]
    [InlineData("typescript-sdk.mjs", "/sse", "sample", "none")]
    [InlineData("typescript-client.mjs", "/mcp", "server-everything", "none")]
    [InlineData("typescript-client.mjs", "/mcp", "sample", "all")]
    [InlineData("typescript-client.mjs", "/sse", "server-everything", "all")]
    public async Task EveryCheck_ThroughTheBridge_Passes(string client, string path, string server, string capabilities)
    {
        var gateway = await gateways.For(server, TestContext.Current.CancellationToken);

        await RunAsync(client, new Uri(gateway.Root, path), server, capabilities, "--transport", "stdio", "--bridge", ArtifactPaths.McpProxy);
    }

    private static async Task RunAsync(string client, Uri url, string server, string capabilities, params string[] transport)
    {
        var run = await NodeProcess.RunAsync(
            ArtifactPaths.ClientScript(client),
            ["--url", url.AbsoluteUri, "--server", server, "--capabilities", capabilities, .. transport],
            TestContext.Current.CancellationToken);

        var checks = run.Output.Select(line => JsonNode.Parse(line)!).ToList();
        var failed = checks.Where(check => !check["ok"]!.GetValue<bool>()).Select(check => $"{check["name"]}: {check["detail"]}");
        Assert.Empty(failed);
        Assert.True(checks.Count > 30, $"Only {checks.Count} checks ran.{Environment.NewLine}{run.Description}");
        Assert.Equal(0, run.ExitCode);
    }
}
