using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace McpProxy.FaultServer;

/// <summary>JSON-RPC messages as text. Ids and tokens stay the raw JSON that they came as.</summary>
internal static class Rpc
{
    private static readonly JsonSerializerOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Result(string id, JsonNode result) =>
        $$"""{"jsonrpc":"2.0","id":{{id}},"result":{{result.ToJsonString(Relaxed)}}}""";

    public static string Error(string id, RpcException error) =>
        $$"""{"jsonrpc":"2.0","id":{{id}},"error":{{error.ToJson().ToJsonString(Relaxed)}}}""";

    public static string Request(string id, string method) => $$"""{"jsonrpc":"2.0","id":{{id}},"method":"{{method}}"}""";

    public static string Notification(string method, string parameters) =>
        $$"""{"jsonrpc":"2.0","method":"{{method}}","params":{{parameters}}}""";

    public static string Quote(string text) => JsonSerializer.Serialize(text, Relaxed);

    /// <summary>The property at a path of names, or an undefined element when one is missing.</summary>
    public static JsonElement Find(this JsonElement element, params ReadOnlySpan<string> path)
    {
        foreach (var name in path)
        {
            if (element.ValueKind != JsonValueKind.Object || !element.TryGetProperty(name, out element))
            {
                return default;
            }
        }

        return element;
    }

    public static string? Text(this JsonElement element) => element.ValueKind == JsonValueKind.String ? element.GetString() : null;

    public static int Number(this JsonElement element, int otherwise) =>
        element.ValueKind == JsonValueKind.Number && element.TryGetInt32(out var number) ? number : otherwise;
}
