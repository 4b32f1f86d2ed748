using McpProxy.Relay.Messages;

namespace McpProxy.Bridge;

/// <summary>A message that waits to be sent up.</summary>
/// <param name="Message">The message.</param>
/// <param name="IsRetry">Whether it was sent before, in a session that the server had forgotten.</param>
internal readonly record struct PendingMessage(Message Message, bool IsRetry);
