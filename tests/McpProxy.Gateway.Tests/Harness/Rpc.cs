using System.Text;
using System.Text.Json;
using McpProxy.Relay.Messages;

namespace McpProxy.Gateway.Tests.Harness;

/// <summary>JSON-RPC messages as text, exactly as they are to go out, and what tests read in those that come in.</summary>
internal static class Rpc
{
    public const string Initialized = """{"jsonrpc":"2.0","method":"notifications/initialized"}""";

    /// <summary>Capabilities of a client that can answer requests of the server.</summary>
    public const string Answers = """{"roots":{}}""";

    public static string Initialize(string version = "2025-11-25", string capabilities = "{}", string id = "0") => Request(
        "initialize", $$$"""{"protocolVersion":"{{{version}}}","capabilities":{{{capabilities}}},"clientInfo":{"name":"test","version":"1"}}""", id);

    public static string Request(string method, string parameters = "{}", string id = "1") =>
        $$"""{"jsonrpc":"2.0","id":{{id}},"method":"{{method}}","params":{{parameters}}}""";

    public static string Notification(string method, string parameters = "{}") =>
        $$"""{"jsonrpc":"2.0","method":"{{method}}","params":{{parameters}}}""";

    public static string Call(string tool, string arguments = "{}", string id = "1", string? token = null) => Request(
        "tools/call",
        token is null
            ? $$"""{"name":"{{tool}}","arguments":{{arguments}}}"""
            : $$$"""{"_meta":{"progressToken":{{{token}}}},"name":"{{{tool}}}","arguments":{{{arguments}}}}""",
        id);

    public static string Cancelled(string id) => Notification("notifications/cancelled", $$"""{"requestId":{{id}}}""");

    public static string Result(string id, string result = "{}") => $$"""{"jsonrpc":"2.0","id":{{id}},"result":{{result}}}""";

    /// <summary>One message, as it comes in.</summary>
    public static Message Parse(this MessagePool pool, string json) => MessageReader.Read(pool, Encoding.UTF8.GetBytes(json)).Single!;

    /// <summary>The id as it is spelled; empty when there is none.</summary>
    public static string Id(this JsonElement message) => message.TryGetProperty("id", out var id) ? id.GetRawText() : "";

    public static string? Method(this JsonElement message) => message.TryGetProperty("method", out var method) ? method.GetString() : null;

    /// <summary>The error code, or null when the message is no error.</summary>
    public static int? ErrorCode(this JsonElement message) =>
        message.TryGetProperty("error", out var error) ? error.GetProperty("code").GetInt32() : null;

    public static string ErrorText(this JsonElement message) => message.GetProperty("error").GetProperty("message").GetString()!;

    /// <summary>The text that a tool returned.</summary>
    public static string Text(this JsonElement message) => message.TryGetProperty("result", out var result)
        ? result.GetProperty("content")[0].GetProperty("text").GetString()!
        : throw new InvalidDataException($"Not the result of a tool: {message}");

    public static JsonElement Params(this JsonElement message) => message.GetProperty("params");

    public static bool IsResponse(this JsonElement message) => !message.TryGetProperty("method", out _);
}
