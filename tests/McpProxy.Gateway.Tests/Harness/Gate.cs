namespace McpProxy.Gateway.Tests.Harness;

/// <summary>Holds up a scripted server until a test lets it go on.</summary>
internal sealed class Gate : IDisposable
{
    private readonly string _path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());

    /// <summary>What the script says to wait here.</summary>
    public string Wait => $"until [ -e '{_path}' ]; do sleep 0.02; done";

    /// <summary>What is true for the first process that asks, and opens the gate.</summary>
    public string Enter => $"(set -C; : > '{_path}') 2>/dev/null";

    public void Open() => File.WriteAllText(_path, "");

    public void Dispose() => File.Delete(_path);
}
