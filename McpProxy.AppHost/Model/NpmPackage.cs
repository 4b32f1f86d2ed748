namespace McpProxy.AppHost.Model;

/// <summary>What <c>npx</c> runs, each in a version that was tried.</summary>
internal static class NpmPackage
{
    /// <summary>The reference server that uses every feature of the protocol.</summary>
    public const string EverythingServer = "@modelcontextprotocol/server-everything@2026.8.31";

    /// <summary>The MCP Inspector: a page from which a server's tools can be called by hand. Wants Node.js 22.19.</summary>
    public const string Inspector = "@modelcontextprotocol/inspector@2.12.0";
}
