using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using McpProxy.Relay.Messages;
using Microsoft.Extensions.Logging;

namespace McpProxy.Relay.Remote;

/// <summary>
/// The headers that repeat what a request's body says (2026-07-28, basic/transports, Streamable HTTP, request metadata), with those of
/// the parameters that a tool's <c>inputSchema</c> marks with <c>x-mcp-header</c>.
/// </summary>
internal sealed class MirroredHeaders(ILogger logger)
{
    private const string EncodedPrefix = "=?base64?";
    private const string EncodedSuffix = "?=";

    private static readonly JsonDocumentOptions Options = new() { MaxDepth = MessageScanner.MaxDepth };

    private readonly ConcurrentDictionary<string, IReadOnlyList<ParamHeader>> _byTool = new(StringComparer.Ordinal);

    /// <summary>Adds a request's headers.</summary>
    public void Apply(HttpRequestMessage request, Message message)
    {
        ref readonly var envelope = ref message.Envelope;
        Add(request, RemoteSession.RevisionHeader, ReadString(message[envelope.ProtocolVersion]));
        Add(request, "Mcp-Method", ReadString(message[envelope.MethodName]));
        if (envelope.Method is not (McpMethod.ToolsCall or McpMethod.PromptsGet or McpMethod.ResourcesRead))
        {
            return;
        }

        var name = ReadString(message[envelope.Subject]);
        Add(request, "Mcp-Name", name);
        if (envelope.Method == McpMethod.ToolsCall && name is not null && _byTool.TryGetValue(name, out var headers) && headers.Count > 0)
        {
            AddParams(request, message, headers);
        }
    }

    /// <summary>Remembers which parameters the tools of an answer to <c>tools/list</c> want in headers.</summary>
    public void Learn(Message answer)
    {
        if (answer.Body.IndexOf("x-mcp-header"u8) < 0 && _byTool.IsEmpty)
        {
            return;
        }

        using var json = JsonDocument.Parse(answer.Body.ToArray(), Options);
        if (json.RootElement.GetProperty("result") is not { ValueKind: JsonValueKind.Object } result
            || !result.TryGetProperty("tools", out var tools) || tools.ValueKind != JsonValueKind.Array)
        {
            return;
        }

        foreach (var tool in tools.EnumerateArray())
        {
            try
            {
                LearnTool(tool);
            }
            catch (InvalidOperationException)
            {
                // A name with half of a surrogate pair: no header can say the same.
            }
        }
    }

    /// <summary>A value as a header can carry it.</summary>
    internal static string Encode(string value) =>
        value.Length > 0 && !IsPlain(value) ? $"{EncodedPrefix}{Convert.ToBase64String(Encoding.UTF8.GetBytes(value))}{EncodedSuffix}" : value;

    private static bool IsPlain(string value) =>
        value[0] is not (' ' or '\t') && value[^1] is not (' ' or '\t')
        && value.All(letter => letter is >= ' ' and <= '~' or '\t')
        && !(value.StartsWith(EncodedPrefix, StringComparison.Ordinal) && value.EndsWith(EncodedSuffix, StringComparison.Ordinal));

    private static void Add(HttpRequestMessage request, string name, string? value)
    {
        if (value is not null)
        {
            request.Headers.TryAddWithoutValidation(name, Encode(value));
        }
    }

    private static void AddParams(HttpRequestMessage request, Message message, IReadOnlyList<ParamHeader> headers)
    {
        using var json = JsonDocument.Parse(message.Body.ToArray(), Options);
        if (!json.RootElement.GetProperty("params").TryGetProperty("arguments", out var arguments))
        {
            return;
        }

        foreach (var header in headers)
        {
            try
            {
                Add(request, header.Name, header.Read(arguments));
            }
            catch (InvalidOperationException)
            {
                // Half of a surrogate pair: no header can say the same.
            }
        }
    }

    private static string? ReadString(ReadOnlySpan<byte> token)
    {
        try
        {
            var reader = new Utf8JsonReader(token);
            return !token.IsEmpty && reader.Read() && reader.TokenType == JsonTokenType.String ? reader.GetString() : null;
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    private void LearnTool(JsonElement tool)
    {
        if (tool.ValueKind != JsonValueKind.Object || !tool.TryGetProperty("name", out var name) || name.ValueKind != JsonValueKind.String)
        {
            return;
        }

        var schema = tool.TryGetProperty("inputSchema", out var found) ? found : default;
        if (!ParamHeader.TryReadAll(schema, out var headers, out var mistake))
        {
            logger.BadParamHeaders(name.GetString()!, mistake);
        }

        _byTool[name.GetString()!] = headers;
    }
}
