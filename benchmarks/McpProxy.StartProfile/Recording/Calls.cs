namespace McpProxy.StartProfile.Recording;

/// <summary>What all clients do alike.</summary>
internal static class Calls
{
    /// <summary>Calls of one session: past 30 the runtime compiles a method anew, and has asked for all that it calls.</summary>
    public const int Count = 40;

    public const int ProgressCount = 3;

    public const string List = """{"jsonrpc":"2.0","id":"list","method":"tools/list"}""";

    /// <summary>What a client of revision 2026-07-28 sends first; the echo child is older.</summary>
    public const string Discover =
        """{"jsonrpc":"2.0","id":"discover","method":"server/discover","params":{"_meta":{""" +
        """ "io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientInfo":{"name":"start-profile",""" +
        """ "version":"1.0.0"},"io.modelcontextprotocol/clientCapabilities":{}}}}""";
}
