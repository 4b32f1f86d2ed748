using System.Text.Json;

namespace McpProxy.Soak.Clients;

/// <summary>Messages as text.</summary>
internal static class Rpc
{
    private const string Answers = """{"roots":{}}""";

    public const string Initialized = """{"jsonrpc":"2.0","method":"notifications/initialized"}""";

    public static string Initialize(int id, bool canAnswer) =>
        $$$$"""{"jsonrpc":"2.0","id":{{{{id}}}},"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{{{{(canAnswer ? Answers : "{}")}}}},"clientInfo":{"name":"soak","version":"1"}}}""";

    public static string Ping(int id) => $$"""{"jsonrpc":"2.0","id":{{id}},"method":"ping"}""";

    public static string Call(int id, string tool, string arguments = "{}") =>
        $$$$"""{"jsonrpc":"2.0","id":{{{{id}}}},"method":"tools/call","params":{"name":"{{{{tool}}}}","arguments":{{{{arguments}}}},"_meta":{"progressToken":{{{{id}}}}}}}""";

    public static string Cancelled(int id) => $$$"""{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":{{{id}}}}}""";

    /// <summary>The text of a tool's result.</summary>
    public static string? Text(this JsonElement answer) =>
        answer.TryGetProperty("result", out var result) && result.TryGetProperty("content", out var content) && content.GetArrayLength() > 0
        && content[0].TryGetProperty("text", out var text)
            ? text.GetString()
            : null;
}
