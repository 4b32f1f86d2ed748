using System.Text.Json;
using System.Text.Json.Nodes;

namespace McpProxy.EndToEnd.Tests.Wire;

/// <summary>JSON-RPC messages as text, exactly as they go out.</summary>
internal static class Rpc
{
    public const string Initialized = """{"jsonrpc":"2.0","method":"notifications/initialized"}""";

    public static string Request(object id, string method, string? parameters = null) =>
        $$"""{"jsonrpc":"2.0","id":{{JsonSerializer.Serialize(id)}},"method":"{{method}}"{{(parameters is null ? "" : $",\"params\":{parameters}")}}}""";

    public static string Notification(string method, string? parameters = null) =>
        $$"""{"jsonrpc":"2.0","method":"{{method}}"{{(parameters is null ? "" : $",\"params\":{parameters}")}}}""";

    /// <summary>The answer to a request that the server made.</summary>
    public static string Result(JsonNode request, string result) =>
        $$"""{"jsonrpc":"2.0","id":{{request["id"]!.ToJsonString()}},"result":{{result}} }""";

    public static string Call(object id, string tool, object arguments, object? progressToken = null)
    {
        var parameters = new JsonObject { ["name"] = tool, ["arguments"] = JsonSerializer.SerializeToNode(arguments) };
        if (progressToken is not null)
        {
            parameters["_meta"] = new JsonObject { ["progressToken"] = JsonSerializer.SerializeToNode(progressToken) };
        }

        return Request(id, "tools/call", parameters.ToJsonString());
    }

    public static string Initialize(object id, string protocolVersion = "2025-11-25", string capabilities = "{}") =>
        Request(
            id,
            "initialize",
            $$$"""{"protocolVersion":"{{{protocolVersion}}}","capabilities":{{{capabilities}}},"clientInfo":{"name":"wire","version":"1.0.0"}}""");

    /// <summary>A request of the revision 2026-07-28, which carries its own version, identity and capabilities.</summary>
    public static string Modern(object id, string method, JsonObject? members = null, string? progressToken = null)
    {
        var meta = new JsonObject
        {
            ["io.modelcontextprotocol/protocolVersion"] = "2026-07-28",
            ["io.modelcontextprotocol/clientInfo"] = new JsonObject { ["name"] = "wire", ["version"] = "1.0.0" },
            ["io.modelcontextprotocol/clientCapabilities"] = new JsonObject(),
        };
        if (progressToken is not null)
        {
            meta["progressToken"] = progressToken;
        }

        var parameters = members ?? [];
        parameters["_meta"] = meta;
        return Request(id, method, parameters.ToJsonString());
    }

    public static int ErrorCode(this JsonNode message) => message["error"]!["code"]!.GetValue<int>();

    public static string FirstText(this JsonNode message) => message["result"]!["content"]![0]!["text"]!.GetValue<string>();

    /// <summary>Whether a message is the response to the request with this id.</summary>
    public static Func<JsonNode, bool> ResponseTo(object id) =>
        message => message["method"] is null && JsonNode.DeepEquals(message["id"], JsonSerializer.SerializeToNode(id));

    /// <summary>Whether a message is the request with this id.</summary>
    public static Func<JsonNode, bool> RequestWith(object id) =>
        message => message["method"] is not null && JsonNode.DeepEquals(message["id"], JsonSerializer.SerializeToNode(id));

    public static Func<JsonNode, bool> Method(string name) => message => (string?)message["method"] == name;
}
