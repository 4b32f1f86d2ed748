using System.Diagnostics;
using McpProxy.EndToEnd.Tests.Harness;

namespace McpProxy.EndToEnd.Tests.Publishing;

/// <summary>What <c>dotnet publish</c> makes of the program: trimmed, and compiled ahead of time with its runtime.</summary>
public sealed class PublishedBuild : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(8);

    private readonly string _folder = Directory.CreateTempSubdirectory("published-").FullName;

    /// <summary>Has this build run instead of the one beside the tests.</summary>
    public void Configure(ProcessStartInfo start) => start.FileName = Path.Combine(_folder, ArtifactPaths.FileName("mcp-proxy"));

    /// <summary>Has this build run, and list the methods that it compiles while it runs, one a line.</summary>
    /// <param name="list">The file.</param>
    public Action<ProcessStartInfo> ConfigureListing(out string list)
    {
        var file = list = Path.Combine(_folder, Path.GetRandomFileName());
        return start =>
        {
            Configure(start);
            start.Environment["DOTNET_JitDisasmSummary"] = "1";
            start.Environment["DOTNET_JitStdOutFile"] = file;
        };
    }

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        // No build server stays behind.
        await using var publish = new CapturedProcess(new ProcessStartInfo(
            "dotnet", ["publish", Path.Combine(ArtifactPaths.Repository, "McpProxy.Cli"), "-o", _folder, "-nodeReuse:false", "-p:UseSharedCompilation=false"])
        {
            RedirectStandardInput = true,
            UseShellExecute = false,
        });
        var exitCode = await publish.WaitForExitAsync(Patience, CancellationToken.None);
        Assert.True(exitCode == 0, publish.Describe());
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        Directory.Delete(_folder, recursive: true);
        return default;
    }
}
