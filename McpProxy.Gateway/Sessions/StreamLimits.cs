namespace McpProxy.Gateway.Sessions;

/// <summary>How much a session's streams may hold.</summary>
/// <param name="QueueBytes">How much may wait for a reader that is slow.</param>
/// <param name="ReplayEvents">How many events are kept for <c>Last-Event-ID</c>.</param>
/// <param name="ReplayBytes">How many bytes of them.</param>
/// <param name="Parked">How many requests of the server may wait for a stream.</param>
internal sealed record StreamLimits(int QueueBytes, int ReplayEvents, int ReplayBytes, int Parked = 16);
