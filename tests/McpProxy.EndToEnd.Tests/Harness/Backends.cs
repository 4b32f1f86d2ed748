namespace McpProxy.EndToEnd.Tests.Harness;

/// <summary>The commands of the servers that the proxy is put in front of.</summary>
internal static class Backends
{
    /// <summary>Our own sample on the official C# SDK, which speaks both eras.</summary>
    public static IReadOnlyList<string> Sample => ["dotnet", ArtifactPaths.SampleServer];

    /// <summary>The reference server on the official TypeScript SDK, which speaks the initialize era.</summary>
    public static IReadOnlyList<string> ServerEverything => [ArtifactPaths.Node, ArtifactPaths.ServerEverything, "stdio"];

    /// <summary>The server that misbehaves as these flags say, and can tell every line that it has read.</summary>
    public static IReadOnlyList<string> Fault(params string[] flags) => ["dotnet", ArtifactPaths.FaultServer, .. flags];

    public static IReadOnlyList<string> Named(string name) => name switch
    {
        "sample" => Sample,
        "server-everything" => ServerEverything,
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, "No such server."),
    };

    /// <summary>A command line as a shell would read it, for <c>--named-server</c>.</summary>
    public static string CommandString(IEnumerable<string> command) => string.Join(' ', command.Select(part => $"'{part}'"));
}
