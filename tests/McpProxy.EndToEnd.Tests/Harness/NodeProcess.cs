using System.Diagnostics;

namespace McpProxy.EndToEnd.Tests.Harness;

/// <summary>A Node script that runs to its end.</summary>
internal static class NodeProcess
{
    public static async Task<NodeResult> RunAsync(string script, IEnumerable<string> arguments, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(ArtifactPaths.Node, [script, .. arguments]);
        start.Environment["NO_COLOR"] = "1";
        await using var process = new CapturedProcess(start);
        var exitCode = await process.WaitForExitAsync(TimeSpan.FromMinutes(5), cancellationToken);
        return new NodeResult(exitCode, process.Output, process.Describe());
    }
}
