using System.Text;
using System.Text.Json;
using McpProxy.Relay.Messages;

namespace McpProxy.Gateway.StreamableHttp;

/// <summary>Checks that the headers repeat what the body says (MCP 2026-07-28, transports/streamable-http, server validation).</summary>
internal static class MirroredHeaders
{
    private const string EncodedPrefix = "=?base64?";
    private const string EncodedSuffix = "?=";

    /// <summary>Whether they do. A notification has no such headers.</summary>
    public static bool Match(IHeaderDictionary headers, Message message)
    {
        ref readonly var envelope = ref message.Envelope;
        if (envelope.Kind != MessageKind.Request)
        {
            return true;
        }

        var names = envelope.Method is McpMethod.ToolsCall or McpMethod.PromptsGet or McpMethod.ResourcesRead;
        return Same(headers[Era.VersionHeader], message[envelope.ProtocolVersion], mayBeEncoded: false)
            && Same(headers["Mcp-Method"], message[envelope.MethodName], mayBeEncoded: false)
            && (!names || Same(headers["Mcp-Name"], message[envelope.Subject], mayBeEncoded: true));
    }

    private static bool Same(string? header, ReadOnlySpan<byte> token, bool mayBeEncoded)
    {
        if (string.IsNullOrEmpty(header) || token.IsEmpty)
        {
            return false;
        }

        var value = mayBeEncoded ? Decode(header.Trim()) : header.Trim();
        try
        {
            var reader = new Utf8JsonReader(token);
            return value is not null && reader.Read() && reader.TokenType == JsonTokenType.String && reader.ValueTextEquals(value);
        }
        catch (InvalidOperationException)
        {
            return false; // Half of a surrogate pair: no header can say the same.
        }
    }

    private static string? Decode(string value)
    {
        if (!value.StartsWith(EncodedPrefix, StringComparison.Ordinal) || !value.EndsWith(EncodedSuffix, StringComparison.Ordinal)
            || value.Length < EncodedPrefix.Length + EncodedSuffix.Length)
        {
            return value;
        }

        var bytes = new byte[value.Length];
        return Convert.TryFromBase64String(value[EncodedPrefix.Length..^EncodedSuffix.Length], bytes, out var length)
            ? Encoding.UTF8.GetString(bytes, 0, length)
            : null;
    }
}
