namespace McpProxy.Gateway.Configuration;

/// <summary>What a command line says.</summary>
internal sealed record GatewayArguments
{
    /// <summary>The settings, as configuration keys and values, to be laid over every other source.</summary>
    public IReadOnlyDictionary<string, string?> Configuration { get; init; } = new Dictionary<string, string?>(StringComparer.Ordinal);

    /// <summary>The command and its arguments, or an address and what follows it.</summary>
    public IReadOnlyList<string> Operands { get; init; } = [];

    /// <summary>The flags that were used, those of the bridge included.</summary>
    public IReadOnlyList<FlagUse> Uses { get; init; } = [];

    /// <summary>Whether the operands ask for the bridge: an address, or a verb of the bridge.</summary>
    public bool IsForBridge { get; init; }

    /// <summary>Whether <c>--help</c> was asked; then nothing else counts.</summary>
    public bool ShowHelp { get; init; }

    /// <summary>Whether <c>--version</c> was asked; then nothing else counts.</summary>
    public bool ShowVersion { get; init; }

    /// <summary>Every mistake, one line each.</summary>
    public IReadOnlyList<string> Errors { get; init; } = [];

    /// <summary>What to end with when there are errors.</summary>
    public int ErrorExitCode { get; init; } = ExitCode.Usage;

    /// <summary>What was understood but deserves a line to the user, one line each.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>Whether a flag was used.</summary>
    public bool Has(Flag flag) => Uses.Any(use => use.Flag == flag);
}
