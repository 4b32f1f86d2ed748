namespace McpProxy.Relay.Remote;

/// <summary>The transports by which a remote server can be reached.</summary>
public enum RemoteKind
{
    /// <summary>Streamable HTTP, or HTTP+SSE for a server that does not speak it (MCP 2025-11-25, transports, backwards compatibility).</summary>
    Auto,

    /// <summary>Streamable HTTP (2025-03-26 and later).</summary>
    StreamableHttp,

    /// <summary>HTTP+SSE (2024-11-05).</summary>
    HttpSse,
}
