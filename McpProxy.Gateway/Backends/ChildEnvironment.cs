using McpProxy.Gateway.Configuration;
using McpProxy.Relay.Transports;

namespace McpProxy.Gateway.Backends;

/// <summary>The environment of a child: the default set, or the proxy's whole one, and over it what is configured.</summary>
internal static class ChildEnvironment
{
    private static readonly string[] DefaultPosix = ["HOME", "LOGNAME", "PATH", "SHELL", "TERM", "USER"];

    private static readonly string[] DefaultWindows =
    [
        "APPDATA", "HOMEDRIVE", "HOMEPATH", "LOCALAPPDATA", "PATH", "PATHEXT", "PROCESSOR_ARCHITECTURE",
        "SYSTEMDRIVE", "SYSTEMROOT", "TEMP", "USERNAME", "USERPROFILE",
    ];

    /// <summary>Fills <paramref name="environment"/>, which holds the proxy's own, for one backend.</summary>
    public static void Apply(IDictionary<string, string?> environment, BackendOptions options, bool passAll)
    {
        SocketThreads.RemoveFrom(environment);
        if (!passAll)
        {
            var names = OperatingSystem.IsWindows() ? DefaultWindows : DefaultPosix;
            var kept = names.Where(name => environment.TryGetValue(name, out var value) && IsData(value))
                .ToDictionary(name => name, name => environment[name]);
            environment.Clear();
            foreach (var (name, value) in kept)
            {
                environment[name] = value;
            }
        }

        foreach (var (name, value) in options.Env)
        {
            environment[name] = value;
        }
    }

    // Bash exports functions as values that start so; the reference leaves them out too (Shellshock).
    private static bool IsData(string? value) => value?.StartsWith("()", StringComparison.Ordinal) == false;
}
