namespace McpProxy.AppHost.Model;

/// <summary>Where the sample server is: the program that <c>dotnet</c> starts.</summary>
internal static class SampleServer
{
    /// <summary>Its path in the image that the Dockerfile builds.</summary>
    public const string InImage = $"/app/samples/everything/{Program}";

    private const string Project = "McpProxy.Samples.Everything";
    private const string Program = "everything-server.dll";

    /// <summary>Its path after a build on this machine.</summary>
    /// <param name="output">
    /// The output folder of any project of the solution: <c>artifacts/bin/PROJECT/CONFIGURATION</c>. The sample is a reference of
    /// the AppHost, so it is built beside it and in the same configuration.
    /// </param>
    public static string BuiltBeside(string output)
    {
        var folder = new DirectoryInfo(Path.TrimEndingDirectorySeparator(output));
        return Path.Combine(folder.Parent!.Parent!.FullName, Project, folder.Name, Program);
    }
}
