namespace McpProxy.LoadBench.Programs;

/// <summary>Where everything is.</summary>
internal static class BenchPaths
{
    /// <summary>The root of the repository.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>The folder with the peers' <c>package.json</c>.</summary>
    public static string Benchmarks { get; } = Path.Combine(Root, "benchmarks");

    /// <summary>A program that was published for the bench.</summary>
    public static string Published(string name) => Path.Combine(Root, "artifacts", "bench", name);

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "McpProxy.Aspire.sln")))
            {
                return folder.FullName;
            }
        }

        throw new BenchException("The load bench runs from within the repository only.");
    }
}
