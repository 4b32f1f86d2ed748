namespace McpProxy.AppHost.Model;

/// <summary>One client's session, as the gateway's operator endpoint tells of it.</summary>
/// <param name="Id">The first characters of its id; the whole would let its reader take the session over.</param>
/// <param name="Server">The backend's name.</param>
/// <param name="Transport"><c>streamable-http</c> or <c>sse</c>.</param>
/// <param name="ProtocolVersion">The revision that client and backend agreed on; null before they did.</param>
/// <param name="InFlight">How many calls are under way.</param>
/// <param name="IdleSeconds">How long nothing has come from the client.</param>
internal sealed record OperatorSession(string Id, string Server, string Transport, string? ProtocolVersion, int InFlight, double IdleSeconds);
