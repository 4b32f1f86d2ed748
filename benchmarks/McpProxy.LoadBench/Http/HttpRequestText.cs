using System.Text;

namespace McpProxy.LoadBench.Http;

/// <summary>The bytes of requests.</summary>
internal static class HttpRequestText
{
    /// <summary>A POST of a message.</summary>
    public static byte[] Post(string target, string message, string? sessionId = null) => Encoding.UTF8.GetBytes(
        $"{Head("POST", target, sessionId)}Accept: application/json, text/event-stream\r\nContent-Type: application/json\r\n"
        + $"Content-Length: {Encoding.UTF8.GetByteCount(message)}\r\n\r\n{message}");

    /// <summary>A GET of an event stream.</summary>
    public static byte[] GetEvents(string target, string? sessionId = null) =>
        Encoding.UTF8.GetBytes($"{Head("GET", target, sessionId)}Accept: text/event-stream\r\n\r\n");

    /// <summary>A DELETE of a session.</summary>
    public static byte[] Delete(string target, string sessionId) => Encoding.UTF8.GetBytes($"{Head("DELETE", target, sessionId)}\r\n");

    private static string Head(string method, string target, string? sessionId) =>
        $"{method} {target} HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        + (sessionId is null ? "" : $"Mcp-Session-Id: {sessionId}\r\nMCP-Protocol-Version: {Messages.ProtocolVersion}\r\n");
}
