namespace McpProxy.Gateway.Configuration;

/// <summary>How the sessions of a backend map to its connections.</summary>
internal enum SharingMode
{
    /// <summary>Shared, except for a client that can answer server requests: that one gets a connection of its own.</summary>
    Auto,

    /// <summary>One connection for each session.</summary>
    Dedicated,

    /// <summary>One connection for all sessions.</summary>
    Shared,
}
