namespace McpProxy.Relay.Tests;

internal static class Samples
{
    /// <summary>What a client sends most.</summary>
    public static readonly byte[] ToolsCall =
    [
        .. """
        {"jsonrpc":"2.0","id":17,"method":"tools/call","params":{"name":"search","arguments":{"query":"caf\u00e9 \"au lait\"","limit":10,
        "tags":["a","b"]},"_meta":{"progressToken":17}}}
        """u8,
    ];
}
