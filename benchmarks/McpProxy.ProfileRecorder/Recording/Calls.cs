namespace McpProxy.ProfileRecorder.Recording;

/// <summary>What all clients do alike.</summary>
internal static class Calls
{
    public const int ProgressCount = 3;

    public const string List = """{"jsonrpc":"2.0","id":"list","method":"tools/list"}""";

    /// <summary>What a client of revision 2026-07-28 sends first; the echo child is older.</summary>
    public const string Discover =
        """{"jsonrpc":"2.0","id":"discover","method":"server/discover","params":{"_meta":{""" +
        """ "io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientInfo":{"name":"profile-recorder",""" +
        """ "version":"1.0.0"},"io.modelcontextprotocol/clientCapabilities":{}}}}""";
}
