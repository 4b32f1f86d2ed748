namespace McpProxy.EndToEnd.Tests.Harness;

/// <summary>Where the built programs are: beside this assembly's own folder under <c>artifacts/bin</c>.</summary>
/// <remarks>Only what a test asks for must be there.</remarks>
internal static class ArtifactPaths
{
    private static readonly DirectoryInfo Output = new(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory));

    // artifacts/bin/McpProxy.EndToEnd.Tests/debug
    private static readonly DirectoryInfo Binaries = Output.Parent!.Parent!;

    public static string Repository { get; } = Binaries.Parent!.Parent!.FullName;

    /// <summary>The program under test: what was built beside the tests, or what <c>MCP_PROXY_PROGRAM</c> names, such as a published build.</summary>
    public static string McpProxy => Environment.GetEnvironmentVariable("MCP_PROXY_PROGRAM") is { Length: > 0 } program
        ? Existing(program, "MCP_PROXY_PROGRAM names it")
        : Program("McpProxy.Cli", "mcp-proxy");

    /// <summary>The sample server with every feature, to be run with <c>dotnet</c>.</summary>
    public static string SampleServer => Existing(
        Path.Combine(Binaries.FullName, "McpProxy.Samples.Everything", Output.Name, "everything-server.dll"),
        "build samples/McpProxy.Samples.Everything");

    /// <summary>The server that misbehaves on demand, to be run with <c>dotnet</c>.</summary>
    public static string FaultServer => Existing(
        Path.Combine(Binaries.FullName, "McpProxy.FaultServer", Output.Name, "fault-server.dll"), "build tests/McpProxy.FaultServer");

    /// <summary>The program that drives thousands of sessions, to be run with <c>dotnet</c>.</summary>
    public static string Soak => Existing(Path.Combine(Binaries.FullName, "McpProxy.Soak", Output.Name, "soak.dll"), "build tests/McpProxy.Soak");

    public static string Node => NodeModule("node", "bin", FileName("node"));

    public static string ServerEverything => NodeModule("@modelcontextprotocol", "server-everything", "dist", "index.js");

    public static string Conformance => NodeModule("@modelcontextprotocol", "conformance", "dist", "index.js");

    public static string ClientScript(string name) =>
        Existing(Path.Combine(Repository, "tests", "clients", name), "check out the repository");

    /// <summary>What the file of a program is called on this system.</summary>
    public static string FileName(string program) => OperatingSystem.IsWindows() ? program + ".exe" : program;

    private static string Program(string project, string name) => Existing(
        Path.Combine(Binaries.FullName, project, Output.Name, FileName(name)),
        $"build {project}");

    private static string NodeModule(params string[] parts) => Existing(
        Path.Combine([Repository, "tests", "node_modules", .. parts]), "run 'npm ci' in tests/");

    private static string Existing(string path, string remedy) =>
        File.Exists(path) ? path : throw new FileNotFoundException($"{path} is missing: {remedy}.", path);
}
