namespace McpProxy.LoadBench.Programs;

/// <summary>Publishes what is measured, and installs the peers.</summary>
internal sealed class Preparation(Action<string> say)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    /// <summary>Publishes a project into the bench's own folder.</summary>
    public Task PublishAsync(string project, string name, CancellationToken cancellationToken) => RunAsync(
        $"publishing {name}",
        new Launch(
            "dotnet", "publish", Path.Combine(BenchPaths.Root, project), "-c", "Release", "-o", BenchPaths.Published(name), "-v", "quiet", "--nologo"),
        cancellationToken);

    /// <summary>Installs the peers, unless they are there.</summary>
    public Task InstallPeersAsync(CancellationToken cancellationToken) => Directory.Exists(Path.Combine(BenchPaths.Benchmarks, "node_modules"))
        ? Task.CompletedTask
        : RunAsync(
            "installing the peers",
            new Launch("npm", "ci", "--prefix", BenchPaths.Benchmarks, "--no-fund", "--no-audit", "--loglevel=error"),
            cancellationToken);

    private async Task RunAsync(string what, Launch launch, CancellationToken cancellationToken)
    {
        say(what);
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(Patience);
        await using var program = BenchProgram.Start(launch);
        if (await program.WaitAsync(deadline.Token) != 0)
        {
            throw new BenchException($"{what} failed:{Environment.NewLine}{program.LastWords}");
        }
    }
}
