namespace McpProxy.Bridge;

/// <summary>The bridge as a program.</summary>
internal static class BridgeApplication
{
    public static Task<int> RunAsync(string[] args, CancellationToken cancellationToken) => Task.FromResult(1);
}
