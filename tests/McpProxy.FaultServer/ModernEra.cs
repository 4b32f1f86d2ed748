using System.Text.Json;
using System.Text.Json.Nodes;

namespace McpProxy.FaultServer;

/// <summary>What differs for requests of revision 2026-07-28, which carry their version in <c>_meta</c> and need no handshake.</summary>
internal static class ModernEra
{
    private const string Revision = "2026-07-28";
    private const string VersionKey = "io.modelcontextprotocol/protocolVersion";
    private const string ServerInfoKey = "io.modelcontextprotocol/serverInfo";

    /// <summary>Returns the revision that the request names, or null when it belongs to the <c>initialize</c> era.</summary>
    /// <exception cref="RpcException">It names a revision that is not served.</exception>
    public static string? Check(JsonElement parameters)
    {
        var revision = parameters.Find("_meta", VersionKey).Text();
        return revision is null or Revision
            ? revision
            : throw new RpcException(-32022, "Unsupported protocol version", new JsonObject
            {
                ["supported"] = new JsonArray(Revision),
                ["requested"] = revision,
            });
    }

    /// <summary>Answers <c>server/discover</c>.</summary>
    /// <exception cref="RpcException">The request lacks its metadata.</exception>
    public static JsonObject Discover(string? era)
    {
        if (era is null)
        {
            throw new RpcException(-32602, $"server/discover needs {VersionKey} in _meta.");
        }

        var result = new JsonObject { ["supportedVersions"] = new JsonArray(Revision), ["capabilities"] = Capabilities() };
        return Complete(era, result, cacheable: true);
    }

    /// <summary>Adds what every result of this revision has; leaves a result of the <c>initialize</c> era alone.</summary>
    public static JsonObject Complete(string? era, JsonObject result, bool cacheable)
    {
        if (era is null)
        {
            return result;
        }

        result["resultType"] = "complete";
        result["_meta"] = new JsonObject { [ServerInfoKey] = ServerInfo() };
        if (cacheable)
        {
            result["ttlMs"] = 0;
            result["cacheScope"] = "private";
        }

        return result;
    }

    public static JsonObject Capabilities() => new()
    {
        ["tools"] = new JsonObject(),
        ["logging"] = new JsonObject(),
        ["resources"] = new JsonObject { ["subscribe"] = true, ["listChanged"] = true },
        ["prompts"] = new JsonObject { ["listChanged"] = true },
    };

    public static JsonObject ServerInfo() => new() { ["name"] = "fault-server", ["version"] = "1.0.0" };
}
