using McpProxy.Gateway.Configuration;

namespace McpProxy.Gateway.Backends;

/// <summary>How a backend is doing, for <c>/status</c>.</summary>
/// <param name="State">The state of its shared connection, or of its next dedicated one.</param>
/// <param name="Sharing">How sessions map to connections.</param>
/// <param name="Connections">How many connections are up.</param>
/// <param name="InFlight">How many requests wait for an answer.</param>
/// <param name="Restarts">How often it was started again.</param>
/// <param name="ProtocolVersion">The revision of its shared connection.</param>
/// <param name="Detail">What happened last, when that was no success.</param>
internal sealed record BackendStatus(
    LinkState State, SharingMode Sharing, int Connections, int InFlight, int Restarts, string? ProtocolVersion, string? Detail);
