using System.Text.Json;
using System.Text.Json.Nodes;

namespace McpProxy.FaultServer;

/// <summary>The methods that the server knows.</summary>
internal sealed class RequestHandler(FaultOptions options, Recorder recorder, Tools tools)
{
    /// <summary>Returns the result, or null when the request is to stay without an answer.</summary>
    /// <exception cref="RpcException">The request is to be answered with an error.</exception>
    public async Task<JsonObject?> HandleAsync(string method, JsonElement parameters, CancellationToken cancellationToken)
    {
        var era = options.Modern ? ModernEra.Check(parameters) : null;
        switch (method)
        {
            case "initialize":
                await Task.Delay(options.SlowInitialize, cancellationToken);
                return options.NoInitialize ? null : InitializeResult(parameters);
            case "server/discover" when options.Modern:
                return ModernEra.Discover(era);
            case "tools/list":
                return ModernEra.Complete(era, Tools.List(), cacheable: true);
            case "tools/call":
                return ModernEra.Complete(era, await tools.CallAsync(parameters, cancellationToken), cacheable: false);
            case "ping":
                return [];
            case "logging/setLevel":
                recorder.Level = parameters.Find("level").Text();
                return [];
            case "resources/subscribe":
                recorder.Subscribed(parameters.Find("uri").Text() ?? "");
                return [];
            case "resources/unsubscribe":
                recorder.Unsubscribed(parameters.Find("uri").Text() ?? "");
                return [];
            case "resources/list":
                return new JsonObject { ["resources"] = new JsonArray() };
            case "resources/templates/list":
                return new JsonObject { ["resourceTemplates"] = new JsonArray() };
            case "prompts/list":
                return new JsonObject { ["prompts"] = new JsonArray() };
            default:
                throw new RpcException(-32601, $"Method not found: {method}");
        }
    }

    private JsonObject InitializeResult(JsonElement parameters) => new()
    {
        ["protocolVersion"] = options.LegacyVersion ?? parameters.Find("protocolVersion").Text() ?? "2025-11-25",
        ["capabilities"] = ModernEra.Capabilities(),
        ["serverInfo"] = ModernEra.ServerInfo(),
        ["instructions"] = "Misbehaves on demand.",
    };
}
