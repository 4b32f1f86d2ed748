namespace McpProxy.Bridge;

/// <summary>The bridge as a program: a stdio server that relays to a remote one.</summary>
internal static class BridgeApplication
{
    /// <summary>What a user is told as long as only the gateway works.</summary>
    public const string NotAvailable =
        "mcp-proxy: error: connecting to a URL is not available in this version; it serves commands: mcp-proxy --port 8080 COMMAND";

    /// <summary>Runs the bridge.</summary>
    /// <param name="args">The command line.</param>
    /// <param name="error">Takes mistakes; stdout belongs to the protocol.</param>
    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(string[] args, TextWriter error)
    {
        await error.WriteLineAsync(NotAvailable);
        return 1;
    }
}
