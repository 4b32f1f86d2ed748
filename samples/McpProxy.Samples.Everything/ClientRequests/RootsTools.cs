using System.ComponentModel;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace McpProxy.Samples.Everything.ClientRequests;

/// <summary>Asks the client for its roots.</summary>
[McpServerToolType]
internal static class RootsTools
{
    [McpServerTool(Name = "ask_roots", ReadOnly = true)]
    [Description("Sends roots/list to the client and returns its answer as JSON.")]
    public static Task<CallToolResult> AskRootsAsync(McpServer server, CancellationToken cancellationToken) =>
        server.AskClientAsync(RequestMethods.RootsList, [], server.ClientCapabilities?.Roots, cancellationToken);
}
