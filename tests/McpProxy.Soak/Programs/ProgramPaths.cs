namespace McpProxy.Soak.Programs;

/// <summary>Where the built programs are: beside this one's own folder under <c>artifacts/bin</c>.</summary>
internal static class ProgramPaths
{
    // artifacts/bin/McpProxy.Soak/debug
    private static readonly DirectoryInfo Output = new(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory));

    public static string McpProxy => Find("McpProxy.Cli", OperatingSystem.IsWindows() ? "mcp-proxy.exe" : "mcp-proxy");

    public static string FaultServer => Find("McpProxy.FaultServer", "fault-server.dll");

    public static string SampleServer => Find("McpProxy.Samples.Everything", "everything-server.dll");

    private static string Find(string project, string file)
    {
        var path = Path.Combine(Output.Parent!.Parent!.FullName, project, Output.Name, file);
        return File.Exists(path) ? path : throw new FileNotFoundException($"{path} is missing: build {project}.", path);
    }
}
