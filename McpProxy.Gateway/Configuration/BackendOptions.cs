namespace McpProxy.Gateway.Configuration;

/// <summary>One MCP server as the user configured it: an entry of <c>mcpServers</c>, or the command on the command line.</summary>
/// <remarks>Compared by <see cref="Equals(BackendOptions)"/> when the configuration is reloaded: an equal entry is left running.</remarks>
internal sealed class BackendOptions : IEquatable<BackendOptions>
{
    /// <summary>The program to start.</summary>
    /// <value>A name that is looked up on <c>PATH</c>, or a path. Empty for a URL backend.</value>
    public string? Command { get; set; }

    /// <summary>The program's arguments, one element each; never parsed by a shell.</summary>
    public IList<string> Args { get; init; } = [];

    /// <summary>Environment variables that are set for the program, over the default set.</summary>
    /// <value>In configuration: an object, or a list of <c>NAME=VALUE</c>, which keeps apart names that differ only in case.</value>
    public IDictionary<string, string> Env { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>The program's working directory.</summary>
    /// <value>Default: the proxy's own.</value>
    public string? Cwd { get; set; }

    /// <summary>Whether the entry is used at all.</summary>
    /// <value>Default: true.</value>
    public bool Enabled { get; set; } = true;

    /// <summary>The opposite spelling of <see cref="Enabled"/> that some hosts use; either one switches the entry off.</summary>
    public bool Disabled { get; set; }

    /// <summary>The address of a remote MCP server.</summary>
    public string? Url { get; set; }

    /// <summary>The remote transport.</summary>
    /// <value><c>http</c>, <c>streamable-http</c>, <c>sse</c> or, for a command, <c>stdio</c>. Default: found out.</value>
    public string? Transport { get; set; }

    /// <summary>HTTP headers for a remote server.</summary>
    public IDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);

    /// <summary>How long the backend may take to start and answer <c>initialize</c>.</summary>
    /// <value>1 second to 1 hour. Default: <see cref="GatewayOptions.InitializeTimeout"/>.</value>
    public TimeSpan? Timeout { get; set; }

    /// <summary>How this backend's sessions map to connections.</summary>
    /// <value>Default: <see cref="GatewayOptions.Sharing"/>.</value>
    public SharingMode? Sharing { get; set; }

    /// <summary>Whether the backend inherits the proxy's whole environment.</summary>
    /// <value>Default: <see cref="GatewayOptions.PassEnvironment"/>.</value>
    public bool? PassEnvironment { get; set; }

    /// <summary>Whether it is a remote server rather than a command.</summary>
    public bool IsRemote => !string.IsNullOrEmpty(Url);

    /// <summary>Where the remote server is; a service's name is looked up in the environment.</summary>
    public Uri GetEndpoint() => ServiceEndpoint.Resolve(new Uri(Url ?? throw new InvalidOperationException("It is no remote server.")), Environment.GetEnvironmentVariable);

    /// <summary>Whether the entry is to be started.</summary>
    public bool IsEnabled => Enabled && !Disabled;

    /// <inheritdoc/>
    public bool Equals(BackendOptions? other) =>
        other is not null
        && Command == other.Command
        && Args.SequenceEqual(other.Args)
        && SameEntries(Env, other.Env)
        && Cwd == other.Cwd
        && IsEnabled == other.IsEnabled
        && Url == other.Url
        && Transport == other.Transport
        && SameEntries(Headers, other.Headers)
        && Timeout == other.Timeout
        && Sharing == other.Sharing
        && PassEnvironment == other.PassEnvironment;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as BackendOptions);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Command, Url, Cwd, Args.Count, Env.Count);

    private static bool SameEntries(IDictionary<string, string> left, IDictionary<string, string> right) =>
        left.Count == right.Count && left.All(pair => right.TryGetValue(pair.Key, out var value) && value == pair.Value);
}
