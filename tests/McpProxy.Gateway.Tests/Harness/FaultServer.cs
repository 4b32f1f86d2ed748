using McpProxy.Gateway.Configuration;

namespace McpProxy.Gateway.Tests.Harness;

/// <summary>The stdio server that misbehaves on demand, as a backend. Its flags are in tests/McpProxy.FaultServer/FaultOptions.cs.</summary>
internal static class FaultServer
{
    // artifacts/bin/McpProxy.Gateway.Tests/debug
    private static readonly DirectoryInfo Output = new(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory));

    private static readonly string Program = Path.Combine(Output.Parent!.Parent!.FullName, "McpProxy.FaultServer", Output.Name, "fault-server.dll");

    public static BackendOptions Auto(params string[] flags) => Create(SharingMode.Auto, flags);

    public static BackendOptions Shared(params string[] flags) => Create(SharingMode.Shared, flags);

    public static BackendOptions Dedicated(params string[] flags) => Create(SharingMode.Dedicated, flags);

    public static BackendOptions Create(SharingMode sharing, params string[] flags) =>
        new() { Command = "dotnet", Args = [Program, .. flags], Sharing = sharing };
}
