namespace McpProxy.Gateway.Configuration;

/// <summary>The flags of server mode. Most give one property of <see cref="GatewayOptions"/>, named by their key.</summary>
internal static class GatewayFlags
{
    public static readonly Flag Help = new("--help", FlagValues.None) { ShortName = "-h" };
    public static readonly Flag Version = new("--version", FlagValues.None);
    public static readonly Flag LogLevel = new("--log-level", FlagValues.One) { ForBridge = true, Check = FlagCheck.LogLevel };
    public static readonly Flag Debug = new("--debug", FlagValues.Switch) { ForBridge = true };

    public static readonly Flag Env = new("--env", FlagValues.Pair) { ShortName = "-e", Repeats = true };
    public static readonly Flag Cwd = new("--cwd", FlagValues.One);
    public static readonly Flag NamedServer = new("--named-server", FlagValues.Pair) { Repeats = true };
    public static readonly Flag NamedServerConfig =
        new("--named-server-config", FlagValues.One) { Key = nameof(GatewayOptions.NamedServerConfig) };

    public static readonly Flag Port = new("--port", FlagValues.One) { Key = nameof(GatewayOptions.Port), Check = FlagCheck.WholeNumber };
    public static readonly Flag Host = new("--host", FlagValues.One) { Key = nameof(GatewayOptions.Host) };
    public static readonly Flag SsePort = new("--sse-port", FlagValues.One) { Check = FlagCheck.WholeNumber };
    public static readonly Flag SseHost = new("--sse-host", FlagValues.One);

    /// <summary>Every flag, in the order of <c>--help</c>.</summary>
    public static IReadOnlyList<Flag> All { get; } =
    [
        Port, Host,
        New("--path-base", nameof(GatewayOptions.PathBase)),
        new("--stateless", FlagValues.Switch) { Key = nameof(GatewayOptions.Stateless) },
        SsePort, SseHost,

        Env, Cwd, NamedServer, NamedServerConfig,
        new("--pass-environment", FlagValues.Switch) { Key = nameof(GatewayOptions.PassEnvironment) },
        Duration("--initialize-timeout", nameof(GatewayOptions.InitializeTimeout)),
        Number("--max-restarts", nameof(GatewayOptions.MaxRestarts)),

        New("--sharing", nameof(GatewayOptions.Sharing), FlagCheck.Sharing),
        Duration("--session-idle-timeout", nameof(GatewayOptions.SessionIdleTimeout)),
        Number("--max-sessions", nameof(GatewayOptions.MaxSessions)),
        new("--evict-idle-sessions", FlagValues.Switch) { Key = nameof(GatewayOptions.EvictIdleSessions), IsNew = true },
        Number("--replay-events", nameof(GatewayOptions.ReplayEvents)),
        Size("--replay-size", nameof(GatewayOptions.ReplayBytes)),
        Duration("--keep-alive", nameof(GatewayOptions.KeepAliveInterval)),

        new("--allow-origin", FlagValues.Origins) { Key = nameof(GatewayOptions.AllowOrigin), Repeats = true },
        new("--expose-header", FlagValues.One) { Key = nameof(GatewayOptions.ExposeHeader), Repeats = true },
        new("--allow-host", FlagValues.One) { Key = nameof(GatewayOptions.AllowHost), Repeats = true, IsNew = true },

        Size("--max-request-size", nameof(GatewayOptions.MaxRequestBytes)),
        Size("--max-message-size", nameof(GatewayOptions.MaxMessageBytes)) with { ForBridge = true },
        Size("--max-queue-size", nameof(GatewayOptions.MaxQueueBytes)),
        Duration("--server-request-timeout", nameof(GatewayOptions.ServerRequestTimeout)),
        Duration("--stall-timeout", nameof(GatewayOptions.StallTimeout)),
        Duration("--shutdown-timeout", nameof(GatewayOptions.ShutdownTimeout)) with { ForBridge = true },

        LogLevel, Debug, Version, Help,
    ];

    /// <summary>How messages name a setting: with its configuration path, and its flag where it has one.</summary>
    /// <param name="key">The property of <see cref="GatewayOptions"/>.</param>
    /// <param name="index">Which element, for a list.</param>
    public static string Describe(string key, int? index = null)
    {
        var path = index is null ? $"{GatewayOptions.Section}:{key}" : $"{GatewayOptions.Section}:{key}:{index}";
        return All.FirstOrDefault(flag => flag.Key == key) is { } flag ? $"{path} ({flag.Name})" : path;
    }

    private static Flag Duration(string name, string key) => New(name, key, FlagCheck.Duration);

    private static Flag Size(string name, string key) => New(name, key, FlagCheck.Size);

    private static Flag Number(string name, string key) => New(name, key, FlagCheck.WholeNumber);

    private static Flag New(string name, string key, Func<string, string?>? check = null) =>
        new(name, FlagValues.One) { Key = key, Check = check, IsNew = true };
}
