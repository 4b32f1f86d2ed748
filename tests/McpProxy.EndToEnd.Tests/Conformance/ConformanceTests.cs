using System.Text.Json.Nodes;
using McpProxy.EndToEnd.Tests.Harness;

namespace McpProxy.EndToEnd.Tests.Conformance;

/// <summary>The official conformance suite against the sample behind the gateway, one scenario a case.</summary>
public sealed class ConformanceTests(GatewaysFixture gateways) : IClassFixture<GatewaysFixture>
{
    // All server scenarios of the suite's pinned release; the last test below says when it has others.
    private static readonly string[] ServerScenarios =
    [
        "server-initialize", "logging-set-level", "ping", "completion-complete", "tools-list", "tools-call-simple-text", "tools-call-image",
        "tools-call-audio", "tools-call-embedded-resource", "tools-call-mixed-content", "tools-call-with-logging", "tools-call-error",
        "tools-call-with-progress", "tools-call-sampling", "tools-call-elicitation", "json-schema-2020-12", "elicitation-sep1034-defaults",
        "server-sse-polling", "server-sse-multiple-streams", "elicitation-sep1330-enums", "resources-list", "resources-read-text",
        "resources-read-binary", "resources-templates-read", "resources-subscribe", "resources-unsubscribe", "prompts-list",
        "prompts-get-simple", "prompts-get-with-args", "prompts-get-embedded-resource", "prompts-get-with-image",
        "dns-rebinding-protection",
    ];

    public static TheoryData<string> Scenarios { get; } = [.. ServerScenarios];

    [Theory]
    [MemberData(nameof(Scenarios))]
    public async Task Scenario_ThroughTheGateway_HasNoFailure(string scenario) =>
        await CheckAsync(await gateways.For("sample", TestContext.Current.CancellationToken), scenario);

    [Theory]
    [MemberData(nameof(Scenarios))]
    public async Task Scenario_ThroughAUrlBackend_HasNoFailure(string scenario) =>
        await CheckAsync(await gateways.ForRemote("sample", "/mcp", TestContext.Current.CancellationToken), scenario);

    [Fact]
    public async Task Scenarios_OfTheSuite_AreAllListedHere()
    {
        var run = await NodeProcess.RunAsync(ArtifactPaths.Conformance, ["list", "--server"], TestContext.Current.CancellationToken);

        var offered = run.Output.Where(line => line.StartsWith("  - ", StringComparison.Ordinal)).Select(line => line[4..].Split(' ')[0]);

        Assert.Equal(offered.Order(StringComparer.Ordinal), ServerScenarios.Order(StringComparer.Ordinal));
    }

    private static async Task CheckAsync(McpProxyProcess gateway, string scenario)
    {
        var results = Directory.CreateTempSubdirectory("conformance-");
        try
        {
            var run = await NodeProcess.RunAsync(
                ArtifactPaths.Conformance,
                ["server", "--url", gateway.Mcp.AbsoluteUri, "--scenario", scenario, "--output-dir", results.FullName],
                TestContext.Current.CancellationToken);

            var checks = ReadChecks(results, run);
            Report(checks, "WARNING");
            Assert.Empty(checks.Where(check => Status(check) is not ("SUCCESS" or "INFO" or "WARNING")).Select(Describe));
            Assert.Equal(0, run.ExitCode);
        }
        finally
        {
            results.Delete(recursive: true);
        }
    }

    private static IReadOnlyList<JsonNode> ReadChecks(DirectoryInfo results, NodeResult run)
    {
        var file = results.EnumerateFiles("checks.json", SearchOption.AllDirectories).SingleOrDefault();
        Assert.True(file is not null, run.Description);
        return [.. JsonNode.Parse(File.ReadAllText(file!.FullName))!.AsArray().OfType<JsonNode>()];
    }

    private static void Report(IEnumerable<JsonNode> checks, string status)
    {
        foreach (var check in checks.Where(check => Status(check) == status))
        {
            TestContext.Current.TestOutputHelper?.WriteLine(Describe(check));
        }
    }

    private static string? Status(JsonNode check) => (string?)check["status"];

    private static string Describe(JsonNode check) =>
        $"{check["status"]} {check["id"]}: {check["errorMessage"]} {check["details"]?.ToJsonString()}";
}
