namespace McpProxy.Relay.Remote;

/// <summary>How HTTP is spoken to remote servers.</summary>
public sealed record RemoteHttpOptions
{
    /// <summary>How long a TCP connection and its TLS handshake may take.</summary>
    /// <value>Default: 30 seconds.</value>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Whether a server's certificate is checked.</summary>
    /// <value>Default: true.</value>
    public bool VerifyCertificate { get; init; } = true;

    /// <summary>A file of certificates (PEM) that are trusted in place of the system's; null for the system's.</summary>
    public string? CaBundle { get; init; }

    /// <summary>Whether what comes in is looked at on threads of the pool, where the process's sockets do it otherwise (<see cref="Transports.SocketThreads"/>).</summary>
    public bool UsesPool { get; init; }
}
