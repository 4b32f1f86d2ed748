using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace McpProxy.Samples.Everything;

/// <summary>What the server says of itself in its answer to <c>initialize</c> or <c>server/discover</c>.</summary>
internal static class ServerIdentity
{
    public static void Configure(McpServerOptions options)
    {
        options.ServerInfo = new Implementation
        {
            Name = "everything-server",
            Title = "Everything Sample Server",
            Version = "1.0.0",
            Description = "Uses every feature of the Model Context Protocol.",
        };
        options.ServerInstructions =
            "Tools named test_* answer the MCP conformance suite. The others exercise a proxy: payloads, progress and "
            + "cancellation, requests to the client, notifications, and the server process itself.";

        // The SDK declares what it finds registered, but cannot know what our resource handlers can do.
        options.Capabilities = new ServerCapabilities
        {
            Resources = new ResourcesCapability { Subscribe = true, ListChanged = true },
        };
    }
}
