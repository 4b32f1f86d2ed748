using System.Text.Json;

namespace McpProxy.Relay.Messages;

/// <summary>
/// Reads the envelope of one JSON-RPC message in one pass, without building anything: strict about what routing relies on,
/// indifferent to the rest, but all of it must be JSON.
/// </summary>
public static class MessageScanner
{
    /// <summary>How deep the JSON of a message may nest.</summary>
    public const int MaxDepth = 256;

    /// <summary>How long an id or a progress token may be, in bytes, quotes included.</summary>
    public const int MaxTokenBytes = 1024;

    internal static readonly JsonReaderOptions Options = new() { MaxDepth = MaxDepth };

    [Flags]
    private enum Members
    {
        None = 0,
        JsonRpc = 1,
        Id = 2,
        Method = 4,
        Params = 8,
        Result = 16,
        Error = 32,
    }

    /// <summary>Scans <paramref name="json"/>, which must hold exactly one JSON value.</summary>
    /// <param name="json">The message's bytes.</param>
    /// <param name="envelope">What was found. After a fault other than <see cref="ScanFault.NotJson"/> and
    /// <see cref="ScanFault.TooDeep"/>, its id is the message's, if that has a valid one.</param>
    public static ScanFault Scan(ReadOnlySpan<byte> json, out Envelope envelope)
    {
        envelope = default;
        var reader = new Utf8JsonReader(json, Options);
        try
        {
            reader.Read();
            var fault = reader.TokenType == JsonTokenType.StartObject
                ? ReadMembers(ref reader, json, ref envelope)
                : SkipValue(ref reader);
            reader.Read(); // Throws when something follows the value.
            return fault;
        }
        catch (JsonException)
        {
            envelope = default;
            return WhyNotJson(reader, json, MaxDepth);
        }
    }

    /// <summary>Finds <c>result._meta["io.modelcontextprotocol/subscriptionId"]</c> in a response that was scanned.</summary>
    public static Slice FindResultSubscriptionId(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json, Options);
        return Enter(ref reader, "result"u8) && Enter(ref reader, "_meta"u8) && Seek(ref reader, "io.modelcontextprotocol/subscriptionId"u8) && IsToken(ref reader)
            ? TokenSlice(ref reader)
            : default;
    }

    /// <summary>Finds <c>result.protocolVersion</c> in an answer to <c>initialize</c> that was scanned: the revision to speak.</summary>
    public static Slice FindRevision(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json, Options);
        return Enter(ref reader, "result"u8) && Seek(ref reader, "protocolVersion"u8) && reader.TokenType == JsonTokenType.String
            ? TokenSlice(ref reader)
            : default;
    }

    /// <summary>Why a reader threw: at the limit, a bracket opens one level too many; anything else is a mistake.</summary>
    internal static ScanFault WhyNotJson(in Utf8JsonReader reader, ReadOnlySpan<byte> json, int maxDepth)
    {
        // The reader counts a bracket that it has just opened only from the next token on.
        var open = reader.CurrentDepth + (reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray ? 1 : 0);
        return open == maxDepth && json[(int)reader.BytesConsumed..] is [(byte)'{' or (byte)'[', ..] ? ScanFault.TooDeep : ScanFault.NotJson;
    }

    internal static bool Enter(ref Utf8JsonReader reader, ReadOnlySpan<byte> name) =>
        (reader.TokenType != JsonTokenType.None || reader.Read()) && Seek(ref reader, name) && reader.TokenType == JsonTokenType.StartObject;

    internal static bool Seek(ref Utf8JsonReader reader, ReadOnlySpan<byte> name)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var found = JsonText.Is(ref reader, name);
            reader.Read();
            if (found)
            {
                return true;
            }

            reader.Skip();
        }

        return false;
    }

    private static ScanFault SkipValue(ref Utf8JsonReader reader)
    {
        reader.Skip();
        return ScanFault.NotAnObject;
    }

    private static ScanFault ReadMembers(ref Utf8JsonReader reader, ReadOnlySpan<byte> json, ref Envelope envelope)
    {
        var seen = Members.None;
        var fault = ScanFault.None;
        var paramsRead = false;
        var errorIsNull = false;

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var member = Identify(ref reader);
            reader.Read();
            if ((seen & member) != Members.None)
            {
                fault = First(fault, ScanFault.Duplicate);
            }

            seen |= member;
            switch (member)
            {
                case Members.JsonRpc when reader.TokenType != JsonTokenType.String || !JsonText.Is(ref reader, "2.0"u8):
                    fault = First(fault, ScanFault.Version);
                    break;
                case Members.Id:
                    fault = First(fault, ReadId(ref reader, ref envelope));
                    break;
                case Members.Error when reader.TokenType == JsonTokenType.Null:
                    errorIsNull = true;
                    break;
                case Members.Method when reader.TokenType != JsonTokenType.String:
                    fault = First(fault, ScanFault.Method);
                    break;
                case Members.Method:
                    envelope.Method = McpMethods.Read(ref reader);
                    envelope.MethodName = TokenSlice(ref reader);
                    continue;
                case Members.Params when envelope.MethodName.IsEmpty || reader.TokenType != JsonTokenType.StartObject:
                    envelope.Params = ValueSlice(ref reader);
                    continue;
                case Members.Params:
                    var start = (int)reader.TokenStartIndex;
                    fault = First(fault, ParamsScanner.Read(ref reader, 0, ref envelope));
                    envelope.Params = new Slice(start, (int)reader.BytesConsumed - start);
                    paramsRead = true;
                    continue;
                case Members.Result when reader.TokenType == JsonTokenType.StartObject:
                    ReadResult(ref reader, ref envelope);
                    continue;
            }

            reader.Skip();
        }

        if (!paramsRead && !envelope.Params.IsEmpty && !envelope.MethodName.IsEmpty && json[envelope.Params.Start] == (byte)'{')
        {
            // The method came after its params: only now is it known which member of them matters.
            var again = new Utf8JsonReader(json.Slice(envelope.Params.Start, envelope.Params.Length), Options);
            again.Read();
            fault = First(fault, ParamsScanner.Read(ref again, envelope.Params.Start, ref envelope));
        }

        // Some servers write "error":null beside a result, against JSON-RPC 2.0, section 5; nobody can misread it.
        seen = errorIsNull && (seen & Members.Result) != Members.None ? seen & ~Members.Error : seen;
        return First(fault, Classify(seen, ref envelope));
    }

    private static Members Identify(ref Utf8JsonReader reader) =>
        JsonText.Is(ref reader, "jsonrpc"u8) ? Members.JsonRpc
        : JsonText.Is(ref reader, "id"u8) ? Members.Id
        : JsonText.Is(ref reader, "method"u8) ? Members.Method
        : JsonText.Is(ref reader, "params"u8) ? Members.Params
        : JsonText.Is(ref reader, "result"u8) ? Members.Result
        : JsonText.Is(ref reader, "error"u8) ? Members.Error
        : Members.None;

    private static ScanFault ReadId(ref Utf8JsonReader reader, ref Envelope envelope)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.String or JsonTokenType.Number:
                var slice = TokenSlice(ref reader);
                if (slice.Length > MaxTokenBytes)
                {
                    return ScanFault.TokenTooLong;
                }

                envelope.Id = slice;
                return ScanFault.None;
            case JsonTokenType.Null:
                return ScanFault.None; // Only an error response may have it: Classify sees that the id is empty.
            default:
                return ScanFault.Id;
        }
    }

    private static ScanFault Classify(Members seen, ref Envelope envelope)
    {
        envelope.IsError = (seen & Members.Error) != Members.None;
        if ((seen & Members.JsonRpc) == Members.None)
        {
            return ScanFault.Version;
        }

        switch (seen & (Members.Method | Members.Result | Members.Error))
        {
            case Members.Method when (seen & Members.Id) == Members.None:
                envelope.Kind = MessageKind.Notification;
                return ScanFault.None;
            case Members.Method:
                envelope.Kind = MessageKind.Request;
                return envelope.Id.IsEmpty ? ScanFault.Id : ScanFault.None;
            case Members.Result:
                envelope.Kind = MessageKind.Response;
                return envelope.Id.IsEmpty ? ScanFault.Id : ScanFault.None;
            case Members.Error:
                // JSON-RPC 2.0, section 5: the id is null when the request's could not be read.
                envelope.Kind = MessageKind.Response;
                return ScanFault.None;
            default:
                return ScanFault.Shape;
        }
    }

    /// <summary>Skips a result, and notes on the way whether it says that a tool has failed, and which task the request has become.</summary>
    private static void ReadResult(ref Utf8JsonReader reader, ref Envelope envelope)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isError = JsonText.Is(ref reader, "isError"u8);
            var isTask = !isError && JsonText.Is(ref reader, "task"u8);
            reader.Read();
            envelope.IsToolError |= isError && reader.TokenType == JsonTokenType.True;
            if (isTask && reader.TokenType == JsonTokenType.StartObject)
            {
                envelope.Subject = TaskScanner.ReadId(ref reader, envelope.Subject);
                continue;
            }

            reader.Skip();
        }
    }

    internal static bool IsToken(ref Utf8JsonReader reader) => reader.TokenType is JsonTokenType.String or JsonTokenType.Number;

    internal static Slice TokenSlice(ref Utf8JsonReader reader)
    {
        var start = (int)reader.TokenStartIndex;
        return new Slice(start, (int)reader.BytesConsumed - start);
    }

    private static Slice ValueSlice(ref Utf8JsonReader reader)
    {
        var start = (int)reader.TokenStartIndex;
        reader.Skip();
        return new Slice(start, (int)reader.BytesConsumed - start);
    }

    internal static ScanFault First(ScanFault first, ScanFault second) => first != ScanFault.None ? first : second;
}
