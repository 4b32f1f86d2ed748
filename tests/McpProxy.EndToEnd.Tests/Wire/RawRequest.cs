namespace McpProxy.EndToEnd.Tests.Wire;

/// <summary>HTTP/1.1 as text, for what no client would send.</summary>
internal static class RawRequest
{
    /// <summary>A request.</summary>
    /// <param name="line">Its method and path.</param>
    /// <param name="headers">Each with its line end.</param>
    /// <param name="body">In ASCII.</param>
    public static string Of(string line, string headers, string body) => $"{Head(line, $"{headers}Content-Length: {body.Length}\r\n")}{body}";

    /// <summary>What comes before a body.</summary>
    public static string Head(string line, string headers) => $"{line} HTTP/1.1\r\nHost: localhost\r\n{headers}\r\n";
}
