namespace McpProxy.Gateway.Configuration;

/// <summary>One flag of the command line: how it is spelled, how many words it takes, where its value goes.</summary>
/// <param name="Name">The long spelling, such as <c>--port</c>.</param>
/// <param name="Values">The words that follow it.</param>
internal sealed record Flag(string Name, FlagValues Values)
{
    /// <summary>The one-letter spelling, such as <c>-e</c>.</summary>
    public string? ShortName { get; init; }

    /// <summary>The property of <see cref="GatewayOptions"/> that the flag gives; none for a flag that is handled by name.</summary>
    public string? Key { get; init; }

    /// <summary>Whether every use counts; otherwise the last one wins.</summary>
    public bool Repeats { get; init; }

    /// <summary>Whether the bridge understands it.</summary>
    public bool ForBridge { get; init; }

    /// <summary>Whether the gateway understands it.</summary>
    public bool ForGateway { get; init; } = true;

    /// <summary>Whether the Python tool of the same name lacks it. Such a flag never makes one of its abbreviations ambiguous.</summary>
    public bool IsNew { get; init; }

    /// <summary>Says what a value must be, when it is not that; null when all is well.</summary>
    public Func<string, string?>? Check { get; init; }

    /// <summary>How messages name it: <c>-e/--env</c>.</summary>
    public string DisplayName => ShortName is null ? Name : $"{ShortName}/{Name}";

    /// <summary>What switches it off, for a switch: <c>--no-debug</c>.</summary>
    public string? Negation => Values is FlagValues.Switch ? $"--no-{Name[2..]}" : null;
}
