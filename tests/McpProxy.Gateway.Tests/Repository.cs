namespace McpProxy.Gateway.Tests;

/// <summary>The repository that the tests were built from.</summary>
internal static class Repository
{
    public static string Root { get; } = Find();

    private static string Find()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "McpProxy.Aspire.sln")))
        {
            folder = folder.Parent ?? throw new InvalidOperationException("Not below the repository.");
        }

        return folder.FullName;
    }
}
