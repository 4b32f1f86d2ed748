using McpProxy.Gateway.Configuration;

namespace McpProxy.Cli;

/// <summary>What a command line starts: the bridge, or the gateway.</summary>
/// <param name="BridgeWords">What the bridge is started with; null for the gateway.</param>
/// <param name="Warnings">What the user should know about the choice, one line each; the gateway says its own.</param>
internal sealed record Mode(string[]? BridgeWords, IReadOnlyList<string> Warnings)
{
    /// <summary>Chooses: an address starts the bridge, everything else the gateway.</summary>
    /// <param name="arguments">The command line, which has no errors.</param>
    /// <param name="sseUrl">The value of <c>SSE_URL</c>, which stands in for an address that is not given.</param>
    public static Mode Choose(GatewayArguments arguments, string? sseUrl)
    {
        if (arguments.IsForBridge)
        {
            return Bridge(arguments, arguments.Operands, []);
        }

        if (arguments.Operands.Count > 0 || string.IsNullOrEmpty(sseUrl))
        {
            return new Mode(null, []);
        }

        return CommandLineWords.IsAddress(sseUrl)
            ? Bridge(arguments, [sseUrl], ["SSE_URL is deprecated: give the address as an argument"])
            : new Mode(null, ["SSE_URL is ignored: it is not an address that starts with http:// or https://"]);
    }

    // The address goes first, so that no flag of the bridge can take it for its value. The gateway's flags are left out.
    // A command (after a verb) goes last, because it has flags of its own.
    private static Mode Bridge(GatewayArguments arguments, IReadOnlyList<string> operands, IEnumerable<string> warnings) => new(
        operands.Any(CommandLineWords.IsAddress) ? [.. operands, .. Flags(arguments)] : [operands[0], .. Flags(arguments), "--", .. operands.Skip(1)],
        arguments.Has(GatewayFlags.NamedServer)
            ? [.. warnings, "--named-server is ignored: with an address there is only one server, the remote one"]
            : [.. warnings]);

    private static IEnumerable<string> Flags(GatewayArguments arguments) => arguments.Uses.Where(use => use.Flag.ForBridge).SelectMany(ToWords);

    private static IEnumerable<string> ToWords(FlagUse use) => use.Flag.Values switch
    {
        FlagValues.Switch => [use.Values[0] == "true" ? use.Flag.Name : use.Flag.Negation!],
        FlagValues.Pair => [use.Flag.Name, .. use.Values],
        _ when use.Values.Count == 0 => [use.Flag.Name],
        _ => use.Values.Select(value => $"{use.Flag.Name}={value}"),
    };
}
