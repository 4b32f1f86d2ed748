namespace McpProxy.Gateway.Configuration;

/// <summary>One use of a flag on a command line, with its values; a switch has the value <c>true</c> or <c>false</c>.</summary>
internal sealed record FlagUse(Flag Flag, IReadOnlyList<string> Values);
