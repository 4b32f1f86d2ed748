namespace McpProxy.LoadBench.Subjects;

/// <summary>How clients reach a gateway.</summary>
internal enum Wire
{
    /// <summary>Streamable HTTP.</summary>
    Http,

    /// <summary>HTTP+SSE.</summary>
    Sse,
}
