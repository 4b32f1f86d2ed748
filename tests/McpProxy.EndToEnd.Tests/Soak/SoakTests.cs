using System.Diagnostics;
using System.Text.Json.Nodes;
using McpProxy.EndToEnd.Tests.Harness;

namespace McpProxy.EndToEnd.Tests.Soak;

/// <summary>A small run of <c>tests/McpProxy.Soak</c>; <c>SOAK_SESSIONS</c> and <c>SOAK_SEED</c> make it another.</summary>
[Collection(SoakGroup.Name)]
public sealed class SoakTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    [Fact]
    public async Task Sessions_GoodAndBad_LoseNothingAndLeaveNothing()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Needs /proc.");
        var file = Path.GetTempFileName();
        try
        {
            string[] arguments =
            [
                ArtifactPaths.Soak, "--seed", Setting("SOAK_SEED", "1"), "--sessions", Setting("SOAK_SESSIONS", "250"), "--idle", "8", "--json", file,
            ];
            await using var soak = new CapturedProcess(new ProcessStartInfo("dotnet", arguments));
            var exitCode = await soak.WaitForExitAsync(Patience, TestContext.Current.CancellationToken);

            TestContext.Current.TestOutputHelper?.WriteLine(soak.Describe());
            Assert.True(exitCode == 0, soak.Describe());
            var report = JsonNode.Parse(await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken))!;
            Assert.Empty(report["problems"]!.AsArray());
            Assert.True((int)report["kinds"]!["echo"]!["outcomes"]!["answered"]! > 0, soak.Describe());
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static string Setting(string name, string otherwise) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : otherwise;
}
