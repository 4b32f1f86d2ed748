namespace McpProxy.Relay.Remote;

/// <summary>What becomes of a request that is to be sent.</summary>
internal enum Admission
{
    /// <summary>The session is over: the request is its sender's again.</summary>
    Closed,

    /// <summary>It is in flight.</summary>
    InFlight,

    /// <summary>Another one with its id is in flight; it is to be answered with an error.</summary>
    Duplicate,
}
