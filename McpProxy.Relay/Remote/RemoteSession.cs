using McpProxy.Relay.Messages;

namespace McpProxy.Relay.Remote;

/// <summary>What a server gave its client at the end of the handshake (2025-11-25, transports, session management).</summary>
/// <param name="Id">The session's id; null when the server keeps no sessions.</param>
/// <param name="Revision">The revision that both speak; null when the answer named none.</param>
internal sealed record RemoteSession(string? Id, string? Revision)
{
    public const string IdHeader = "Mcp-Session-Id";
    public const string RevisionHeader = "MCP-Protocol-Version";

    /// <summary>Reads the answer to <c>initialize</c>.</summary>
    public static RemoteSession Read(HttpResponseMessage response, Message answer)
    {
        var id = response.Headers.TryGetValues(IdHeader, out var values) ? values.FirstOrDefault() : null;
        return new RemoteSession(string.IsNullOrEmpty(id) ? null : id, JsonText.Read(answer[MessageScanner.FindRevision(answer.Body)]) is { Length: > 0 } revision ? revision : null);
    }

    /// <summary>Adds the headers by which the server knows the session.</summary>
    public void Apply(HttpRequestMessage request)
    {
        if (Id is not null)
        {
            request.Headers.TryAddWithoutValidation(IdHeader, Id);
        }

        if (Revision is not null)
        {
            request.Headers.TryAddWithoutValidation(RevisionHeader, Revision);
        }
    }
}
