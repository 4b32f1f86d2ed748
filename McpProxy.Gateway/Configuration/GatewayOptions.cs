namespace McpProxy.Gateway.Configuration;

/// <summary>Everything that can be set about the gateway; bound from the section <see cref="Section"/>.</summary>
/// <remarks>
/// Durations and sizes may be written as on the command line in every source: <c>30s</c>, <c>5m</c>, <c>00:00:30</c>, or a
/// plain number of seconds; <c>64MiB</c>, or a plain number of bytes. A list counts as a whole: the strongest source that
/// has one gives all of it.
/// </remarks>
internal sealed class GatewayOptions
{
    /// <summary>The configuration section: <c>McpProxy</c>; as environment variables, <c>McpProxy__Port</c> and so on.</summary>
    public const string Section = "McpProxy";

    /// <summary>The name of the backend that is served at the root.</summary>
    public const string DefaultBackend = "default";

    /// <summary>The address to listen on.</summary>
    /// <value>An IP address, <c>localhost</c>, or <c>*</c> for all. Default: <c>127.0.0.1</c>.</value>
    public string Host { get; set; } = "127.0.0.1";

    /// <summary>The port to listen on.</summary>
    /// <value>0 to 65535; 0 takes a free one, which the banner prints. Default: 0.</value>
    public int Port { get; set; }

    /// <summary>A path under which everything is served, for a reverse proxy that does not strip its prefix.</summary>
    /// <value>Empty, or a path that starts with a slash. Default: empty.</value>
    public string PathBase { get; set; } = "";

    /// <summary>Whether every POST stands alone: no sessions, no streams of the server's own.</summary>
    public bool Stateless { get; set; }

    /// <summary>Origins that browsers may call from, besides loopback and our own; <c>*</c> for any.</summary>
    public IList<string> AllowOrigin { get; init; } = [];

    /// <summary>Response headers that a browser may read, besides <c>Mcp-Session-Id</c>, which it always may.</summary>
    public IList<string> ExposeHeader { get; init; } = [];

    /// <summary>Host names that clients may address, besides loopback; <c>*</c> for any.</summary>
    public IList<string> AllowHost { get; init; } = [];

    /// <summary>How sessions map to connections, for backends that do not say it themselves.</summary>
    public SharingMode Sharing { get; set; }

    /// <summary>Whether backends inherit the proxy's whole environment.</summary>
    public bool PassEnvironment { get; set; }

    /// <summary>What operators show at <c>/operator</c>: a secret, so there is no flag for it. Without it <c>/operator</c> is off.</summary>
    public string? OperatorKey { get; set; }

    /// <summary>A file with an <c>mcpServers</c> object; watched, and read again when it changes.</summary>
    public string? NamedServerConfig { get; set; }

    /// <summary>The backends: <see cref="DefaultBackend"/> is served at the root, others at <c>/servers/NAME</c>.</summary>
    public IDictionary<string, BackendOptions> Backends { get; init; } = new Dictionary<string, BackendOptions>(StringComparer.Ordinal);

    /// <summary>How long a session may be idle before it is ended.</summary>
    /// <value>1 second to 7 days. Default: 30 minutes.</value>
    public TimeSpan SessionIdleTimeout { get; set; } = TimeSpan.FromMinutes(30);

    /// <summary>How many sessions may be open at once; one more is refused with 429.</summary>
    /// <value>1 to 1,000,000. Default: 10,000.</value>
    public int MaxSessions { get; set; } = 10_000;

    /// <summary>Whether the session that was idle longest makes room when there are too many; else the new one is refused.</summary>
    public bool EvictIdleSessions { get; set; }

    /// <summary>How often in a row a backend may fail before it is given up, until an operator restarts it.</summary>
    /// <value>0 to 1,000,000; 0 never gives up. Default: 0.</value>
    public int MaxRestarts { get; set; }

    /// <summary>How large the body of one POST may be.</summary>
    /// <value>1 KiB to 1 GiB, in bytes. Default: 64 MiB.</value>
    public int MaxRequestBytes { get; set; } = 64 * 1024 * 1024;

    /// <summary>How large one message from a backend may be.</summary>
    /// <value>1 KiB to 1 GiB, in bytes. Default: 256 MiB.</value>
    public int MaxMessageBytes { get; set; } = 256 * 1024 * 1024;

    /// <summary>How much may wait for one slow client before its backend is made to wait.</summary>
    /// <value>1 KiB to 1 GiB, in bytes. Default: 4 MiB.</value>
    public int MaxQueueBytes { get; set; } = 4 * 1024 * 1024;

    /// <summary>How long a client that reads nothing may hold up a connection that it shares with others.</summary>
    /// <value>1 second to 1 hour. Default: 30 seconds; then its stream is cut, and can be resumed.</value>
    public TimeSpan StallTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How many events a session keeps for <c>Last-Event-ID</c>.</summary>
    /// <value>0 to 100,000. Default: 256.</value>
    public int ReplayEvents { get; set; } = 256;

    /// <summary>How many bytes of events a session keeps for <c>Last-Event-ID</c>.</summary>
    /// <value>0 to 1 GiB. Default: 1 MiB.</value>
    public int ReplayBytes { get; set; } = 1024 * 1024;

    /// <summary>How often an open stream that is silent carries a comment.</summary>
    /// <value>1 second to 1 hour. Default: 15 seconds.</value>
    public TimeSpan KeepAliveInterval { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>How long a backend may take to start and answer <c>initialize</c>.</summary>
    /// <value>1 second to 1 hour. Default: 60 seconds, because a first <c>npx</c> or <c>uvx</c> downloads.</value>
    public TimeSpan InitializeTimeout { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>How long a request of the server's own waits for a stream to the client.</summary>
    /// <value>1 second to 1 hour. Default: 30 seconds; then it is answered with an error.</value>
    public TimeSpan ServerRequestTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long everything may take to stop.</summary>
    /// <value>1 second to 1 hour. Default: 10 seconds.</value>
    public TimeSpan ShutdownTimeout { get; set; } = TimeSpan.FromSeconds(10);
}
