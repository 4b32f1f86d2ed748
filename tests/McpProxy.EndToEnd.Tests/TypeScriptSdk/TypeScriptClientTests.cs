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
        var url = transport == "sse" ? gateway.Sse : gateway.Mcp;

        var run = await NodeProcess.RunAsync(
            ArtifactPaths.ClientScript(client),
            ["--url", url.AbsoluteUri, "--transport", transport, "--server", server, "--capabilities", capabilities],
            TestContext.Current.CancellationToken);

        var checks = run.Output.Select(line => JsonNode.Parse(line)!).ToList();
        var failed = checks.Where(check => !check["ok"]!.GetValue<bool>()).Select(check => $"{check["name"]}: {check["detail"]}");
        Assert.Empty(failed);
        Assert.True(checks.Count > 30, $"Only {checks.Count} checks ran.{Environment.NewLine}{run.Description}");
        Assert.Equal(0, run.ExitCode);
    }
}
