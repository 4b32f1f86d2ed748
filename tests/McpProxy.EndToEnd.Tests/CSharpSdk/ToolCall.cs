namespace McpProxy.EndToEnd.Tests.CSharpSdk;

/// <param name="Tool">The name of the tool.</param>
/// <param name="Arguments">Its arguments.</param>
internal sealed record ToolCall(string Tool, Dictionary<string, object?> Arguments);
