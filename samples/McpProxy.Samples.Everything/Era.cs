using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace McpProxy.Samples.Everything;

/// <summary>Tells requests of the <c>initialize</c> era from those of revision 2026-07-28 and later.</summary>
internal static class Era
{
    private const string FirstModernRevision = "2026-07-28";

    /// <summary>Whether the request carries its own protocol version, so that nothing may be sent that it did not ask for.</summary>
    public static bool IsModern<TParams>(this RequestContext<TParams> request)
        where TParams : RequestParams
    {
        var revision = request.JsonRpcRequest.Context?.ProtocolVersion ?? request.Server.NegotiatedProtocolVersion;
        return string.CompareOrdinal(revision, FirstModernRevision) >= 0;
    }
}
