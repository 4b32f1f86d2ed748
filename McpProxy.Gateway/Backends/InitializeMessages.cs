using System.Text.Json;
using McpProxy.Relay.Messages;

namespace McpProxy.Gateway.Backends;

/// <summary>What the gateway reads in a client's <c>initialize</c>: looked for once a session, so it need not be fast.</summary>
/// <param name="ProtocolVersion">The revision that the client asks for.</param>
/// <param name="AnswersRequests">Whether it declares that it can answer requests of the server: roots, sampling, elicitation.</param>
internal readonly record struct InitializeRequest(string ProtocolVersion, bool AnswersRequests)
{
    /// <summary>Reads a request; what is missing counts as not said.</summary>
    public static InitializeRequest Read(Message message)
    {
        try
        {
            return ReadCore(message);
        }
        catch (InvalidOperationException)
        {
            // A string with half of a surrogate pair is JSON (RFC 8259, section 8.2), but no text.
            return new InitializeRequest("", AnswersRequests: true);
        }
    }

    private static InitializeRequest ReadCore(Message message)
    {
        using var json = JsonDocument.Parse(message.Body.ToArray(), new JsonDocumentOptions { MaxDepth = MessageScanner.MaxDepth });
        if (!json.RootElement.TryGetProperty("params", out var parameters) || parameters.ValueKind != JsonValueKind.Object)
        {
            return new InitializeRequest("", AnswersRequests: false);
        }

        var version = parameters.TryGetProperty("protocolVersion", out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";
        var answers = parameters.TryGetProperty("capabilities", out var capabilities) && capabilities.ValueKind == JsonValueKind.Object
            && (capabilities.TryGetProperty("roots", out _) || capabilities.TryGetProperty("sampling", out _) || capabilities.TryGetProperty("elicitation", out _));
        return new InitializeRequest(version, answers);
    }
}

/// <summary>What the gateway reads in a server's answer to <c>initialize</c>, and the answer itself, to be given to others.</summary>
/// <param name="Body">The response.</param>
/// <param name="ProtocolVersion">The revision that the server chose.</param>
/// <param name="VersionSlice">Where that stands.</param>
/// <param name="ListsChange">The list-changed notifications that it declares.</param>
/// <param name="Logs">Whether it declares logging.</param>
internal sealed record InitializeResult(byte[] Body, string ProtocolVersion, Slice VersionSlice, IReadOnlyList<string> ListsChange, bool Logs)
{
    private static readonly string[] Lists = ["tools", "prompts", "resources"];

    /// <summary>Reads a response; null when it is no result of <c>initialize</c>.</summary>
    public static InitializeResult? Read(Message message)
    {
        try
        {
            return ReadCore(message);
        }
        catch (InvalidOperationException)
        {
            return null; // As above: no revision has such a name.
        }
    }

    private static InitializeResult? ReadCore(Message message)
    {
        var body = message.ToArray();
        using var json = JsonDocument.Parse(body, new JsonDocumentOptions { MaxDepth = MessageScanner.MaxDepth });
        if (!json.RootElement.TryGetProperty("result", out var result)
            || result.ValueKind != JsonValueKind.Object
            || !result.TryGetProperty("protocolVersion", out var version)
            || version.ValueKind != JsonValueKind.String)
        {
            return null;
        }

        var capabilities = result.TryGetProperty("capabilities", out var found) && found.ValueKind == JsonValueKind.Object ? found : default;
        var changes = Lists.Where(list => Has(capabilities, list) && Has(capabilities.GetProperty(list), "listChanged", JsonValueKind.True));
        return new InitializeResult(body, version.GetString()!, FindVersion(body), [.. changes], Has(capabilities, "logging"));

        static bool Has(JsonElement parent, string name, JsonValueKind kind = JsonValueKind.Object) =>
            parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(name, out var value) && value.ValueKind == kind;
    }

    /// <summary>The answer to another client's <c>initialize</c>: the same bytes but for the id and the revision.</summary>
    public Message AnswerTo(MessagePool pool, JsonToken id, string askedVersion)
    {
        var answer = MessageReader.Read(pool, Body).Single!;
        answer.Replace(answer.Envelope.Id, id);
        var version = Revisions.Negotiate(askedVersion, ProtocolVersion);
        if (version != ProtocolVersion)
        {
            answer.Replace(VersionSlice, JsonToken.From(version));
        }

        return answer;
    }

    private static Slice FindVersion(ReadOnlySpan<byte> body)
    {
        // The last one counts when it is there twice, as it does for the document above.
        var reader = new Utf8JsonReader(body, new JsonReaderOptions { MaxDepth = MessageScanner.MaxDepth });
        Slice found = default;
        var inResult = false;
        while (reader.Read())
        {
            if (reader.TokenType != JsonTokenType.PropertyName)
            {
                continue;
            }

            inResult = reader.CurrentDepth == 1 ? reader.ValueTextEquals("result"u8) : inResult;
            if (inResult && reader.CurrentDepth == 2 && reader.ValueTextEquals("protocolVersion"u8) && reader.Read())
            {
                found = new Slice((int)reader.TokenStartIndex, (int)(reader.BytesConsumed - reader.TokenStartIndex));
            }
        }

        return found;
    }
}
