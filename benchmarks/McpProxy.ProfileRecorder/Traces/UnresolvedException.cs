namespace McpProxy.ProfileRecorder.Traces;

/// <summary>A method that no profile can name, and why.</summary>
internal sealed class UnresolvedException(string reason) : Exception(reason);
