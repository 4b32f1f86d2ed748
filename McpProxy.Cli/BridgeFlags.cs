using McpProxy.Gateway.Configuration;

namespace McpProxy.Cli;

/// <summary>The flags that only the bridge reads: enough about each to tell its values from the address.</summary>
internal static class BridgeFlags
{
    /// <summary>First words that ask for the bridge, besides an address. A command of that name needs <c>--</c> before it.</summary>
    public static IReadOnlyCollection<string> Verbs { get; } = ["check"];

    /// <summary>Every flag.</summary>
    public static IReadOnlyList<Flag> All { get; } =
    [
        New("--headers", FlagValues.Pair) with { ShortName = "-H", IsNew = false },
        New("--header-file", FlagValues.One),
        New("--transport", FlagValues.One) with { IsNew = false },
        New("--client-id", FlagValues.One) with { IsNew = false },
        New("--client-secret", FlagValues.One) with { IsNew = false },
        New("--client-secret-file", FlagValues.One),
        New("--token-url", FlagValues.One) with { IsNew = false },
        New("--scope", FlagValues.One),
        New("--client-metadata-url", FlagValues.One),
        New("--token-folder", FlagValues.One),
        New("--callback-port", FlagValues.One),
        New("--no-browser", FlagValues.None),
        New("--verify-ssl", FlagValues.Optional) with { IsNew = false },
        New("--no-verify-ssl", FlagValues.None) with { IsNew = false },
        New("--connect-timeout", FlagValues.One),
        New("--idle-timeout", FlagValues.One),
        New("--json", FlagValues.None),
    ];

    private static Flag New(string name, FlagValues values) => new(name, values) { ForBridge = true, ForGateway = false, IsNew = true };
}
