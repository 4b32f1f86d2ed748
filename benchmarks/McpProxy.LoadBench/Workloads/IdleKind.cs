namespace McpProxy.LoadBench.Workloads;

/// <summary>What an idle session holds open.</summary>
internal enum IdleKind
{
    /// <summary>Nothing.</summary>
    NoStream,

    /// <summary>The GET stream of Streamable HTTP.</summary>
    GetStream,

    /// <summary>The stream of HTTP+SSE.</summary>
    SseStream,
}
