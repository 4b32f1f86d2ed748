namespace McpProxy.Bridge.Check;

/// <summary>A step of a check did not succeed; the message says why.</summary>
internal sealed class CheckException(string message) : Exception(message);
