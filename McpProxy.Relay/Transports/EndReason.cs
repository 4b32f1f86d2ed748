namespace McpProxy.Relay.Transports;

/// <summary>Why a transport has ended.</summary>
public enum EndReason : byte
{
    /// <summary>It has not.</summary>
    None,

    /// <summary>The peer closed its side: end of file.</summary>
    PeerClosed,

    /// <summary>Reading or writing failed: a broken pipe, a reset connection.</summary>
    Broken,

    /// <summary>We closed it.</summary>
    Closed,
}
