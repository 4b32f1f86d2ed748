using McpProxy.Relay.Messages;

namespace McpProxy.Gateway.Backends;

/// <summary>What a request on a shared connection has become.</summary>
/// <param name="Id">The server's name for it.</param>
/// <param name="Client">Who asked.</param>
/// <param name="WireToken">The progress token that the backend sees, or none.</param>
/// <param name="ProgressToken">The one that the client chose: valid for as long as the task is (MCP 2025-11-25, basic/utilities/tasks).</param>
internal sealed record SharedTask(JsonToken Id, BackendClient Client, JsonToken WireToken, JsonToken ProgressToken);
