namespace McpProxy.Soak.Plan;

/// <summary>What a session's client speaks.</summary>
internal enum Wire
{
    /// <summary>Streamable HTTP to the gateway.</summary>
    StreamableHttp,

    /// <summary>HTTP+SSE to the gateway.</summary>
    HttpSse,

    /// <summary>stdio to a bridge, which speaks Streamable HTTP to the gateway.</summary>
    Bridge,

    /// <summary>stdio to a bridge, which speaks HTTP+SSE to the gateway.</summary>
    SseBridge,
}
