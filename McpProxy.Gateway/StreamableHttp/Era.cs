using McpProxy.Gateway.Backends;
using McpProxy.Relay.Messages;

namespace McpProxy.Gateway.StreamableHttp;

/// <summary>The one place that tells which era a request belongs to.</summary>
internal static class Era
{
    /// <summary>The header with the revision.</summary>
    public const string VersionHeader = "MCP-Protocol-Version";

    /// <summary>Whether a message is of revision 2026-07-28 or later: its header says so, or its <c>_meta</c> names any revision at all.</summary>
    public static bool IsModern(HttpRequest request, Message message) =>
        IsModern(request) || (!message.Envelope.ProtocolVersion.IsEmpty && message.Envelope.Method != McpMethod.Initialize);

    /// <summary>Whether the header names such a revision.</summary>
    public static bool IsModern(HttpRequest request) => Revisions.IsModern(request.Headers[VersionHeader].ToString());
}
