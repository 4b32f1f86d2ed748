namespace McpProxy.Gateway.Backends;

/// <summary>How a link is doing.</summary>
internal enum LinkState
{
    /// <summary>The backend is being started, or has not answered the handshake.</summary>
    Starting,

    /// <summary>It can be used.</summary>
    Running,

    /// <summary>It ended and will be started again.</summary>
    Waiting,

    /// <summary>It ended for good.</summary>
    Stopped,
}

/// <summary>How a link is doing, for an operator.</summary>
/// <param name="State">The state.</param>
/// <param name="Restarts">How often the backend was started again.</param>
/// <param name="Detail">What happened last, when that was no success.</param>
internal sealed record LinkStatus(LinkState State, int Restarts, string? Detail);
