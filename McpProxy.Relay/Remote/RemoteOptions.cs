namespace McpProxy.Relay.Remote;

/// <summary>Where a remote server is, and how it is spoken to.</summary>
public sealed record RemoteOptions
{
    /// <summary>Its address.</summary>
    /// <value>An absolute http or https URL.</value>
    public required Uri Endpoint { get; init; }

    /// <summary>The transport.</summary>
    public RemoteKind Kind { get; init; }

    /// <summary>Headers of every request to it.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; } = [];

    /// <summary>How long connecting, and the answer to <c>initialize</c>, may take.</summary>
    /// <value>Default: 30 seconds.</value>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>After how long without a byte, not even a comment, a stream that no call waits on is taken for dead.</summary>
    /// <value>Default: 5 minutes.</value>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How long the server may take to answer the goodbye; it expires sessions anyway.</summary>
    /// <value>Default: 3 seconds.</value>
    public TimeSpan CloseTimeout { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>How large a message from the server may be, in bytes.</summary>
    /// <value>Default: 256 MiB.</value>
    public int MaxMessageBytes { get; init; } = 256 * 1024 * 1024;
}
