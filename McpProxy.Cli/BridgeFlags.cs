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
        new("--headers", FlagValues.Pair) { ShortName = "-H", ForBridge = true, ForGateway = false },
        new("--transport", FlagValues.One) { ForBridge = true, ForGateway = false },
        new("--client-id", FlagValues.One) { ForBridge = true, ForGateway = false },
        new("--client-secret", FlagValues.One) { ForBridge = true, ForGateway = false },
        new("--token-url", FlagValues.One) { ForBridge = true, ForGateway = false },
        new("--verify-ssl", FlagValues.Optional) { ForBridge = true, ForGateway = false },
        new("--no-verify-ssl", FlagValues.None) { ForBridge = true, ForGateway = false },
    ];
}
