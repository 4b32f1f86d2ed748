namespace McpProxy.LoadBench;

/// <summary>A subject or the bench's own set-up failed in a way that the reader of the report should see.</summary>
internal sealed class BenchException(string message) : Exception(message);
