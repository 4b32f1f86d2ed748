namespace McpProxy.Bridge.Configuration;

/// <summary>A command line of the bridge, read.</summary>
internal sealed record BridgeArguments
{
    /// <summary>The remote server; null when there are errors, or a command is to be checked.</summary>
    public BridgeOptions? Options { get; init; }

    /// <summary>Whether the server is only to be looked at.</summary>
    public bool IsCheck { get; init; }

    /// <summary>The command that is to be checked, and its arguments.</summary>
    public IReadOnlyList<string> Command { get; init; } = [];

    /// <summary>Whether the findings are wanted as JSON.</summary>
    public bool Json { get; init; }

    /// <summary>Every mistake, a line each; never a value that may be secret.</summary>
    public IReadOnlyList<string> Errors { get; init; } = [];
}
