using System.Text.Json;
using McpProxy.Relay.Messages;

namespace McpProxy.Relay.Telemetry;

/// <summary>Why an operation failed.</summary>
/// <param name="Type">The attribute <c>error.type</c>: the JSON-RPC code, or <c>tool_error</c>.</param>
/// <param name="Code">The JSON-RPC code as text; null for a tool's error, which is a result.</param>
/// <param name="Message">What the error says.</param>
internal sealed record Failure(string Type, string? Code, string? Message)
{
    private static readonly Failure Tool = new("tool_error", null, null);
    private static readonly JsonReaderOptions Options = new() { MaxDepth = MessageScanner.MaxDepth };

    /// <summary>Reads a response; null when it is a success.</summary>
    public static Failure? Of(Message response, McpMethod method) =>
        response.Envelope.IsError ? ReadError(response.Body)
        : response.Envelope.IsToolError && method == McpMethod.ToolsCall ? Tool
        : null;

    private static Failure ReadError(ReadOnlySpan<byte> json)
    {
        var (code, message) = ("", "");
        var reader = new Utf8JsonReader(json, Options);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isError = JsonText.Is(ref reader, "error"u8);
            reader.Read();
            if (!isError || reader.TokenType != JsonTokenType.StartObject)
            {
                reader.Skip();
                continue;
            }

            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var (isCode, isMessage) = (JsonText.Is(ref reader, "code"u8), JsonText.Is(ref reader, "message"u8));
                reader.Read();
                var token = json[(int)reader.TokenStartIndex..(int)reader.BytesConsumed];
                code = isCode ? JsonText.Read(token) : code;
                message = isMessage ? JsonText.Read(token) : message;
                reader.Skip();
            }
        }

        return new Failure(code, code, message);
    }
}
