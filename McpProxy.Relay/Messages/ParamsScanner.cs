using System.Text.Json;
using static McpProxy.Relay.Messages.MessageScanner;

namespace McpProxy.Relay.Messages;

/// <summary>Reads what routing and tracing need of <c>params</c>.</summary>
internal static class ParamsScanner
{
    /// <summary>Reads the members of <c>params</c>.</summary>
    /// <param name="reader">Stands at its opening brace, and afterwards at its closing one.</param>
    /// <param name="offset">Where the reader's bytes begin in the message.</param>
    /// <param name="envelope">Takes what was found; its method is known.</param>
    public static ScanFault Read(ref Utf8JsonReader reader, int offset, ref Envelope envelope)
    {
        var fault = ScanFault.None;
        var subjectName = McpMethods.SubjectName(envelope.Method);
        var subjectSeen = false;
        var metaSeen = false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isMeta = JsonText.Is(ref reader, "_meta"u8);
            var isSubject = !isMeta && !subjectName.IsEmpty && JsonText.Is(ref reader, subjectName);
            reader.Read();
            if ((isMeta && metaSeen) || (isSubject && subjectSeen))
            {
                fault = First(fault, ScanFault.Duplicate);
            }

            metaSeen |= isMeta;
            subjectSeen |= isSubject;
            if (isMeta)
            {
                envelope.Meta = TokenSlice(ref reader).Shift(offset);
                fault = First(fault, ReadMeta(ref reader, offset, ref envelope));
                continue;
            }

            if (isSubject && IsToken(ref reader))
            {
                envelope.Subject = TokenSlice(ref reader).Shift(offset);
            }

            reader.Skip();
        }

        return fault;
    }

    private static ScanFault ReadMeta(ref Utf8JsonReader reader, int offset, ref Envelope envelope)
    {
        var fault = ScanFault.None;
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return fault;
        }

        var (tokenSeen, versionSeen, subscriptionSeen) = (false, false, false);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isToken = JsonText.Is(ref reader, "progressToken"u8);
            var isVersion = !isToken && JsonText.Is(ref reader, "io.modelcontextprotocol/protocolVersion"u8);
            var isSubscription = !isToken && !isVersion && JsonText.Is(ref reader, "io.modelcontextprotocol/subscriptionId"u8);
            var isTrace = JsonText.Is(ref reader, "traceparent"u8);
            var isTraceState = JsonText.Is(ref reader, "tracestate"u8);
            reader.Read();
            if (isTrace || isTraceState)
            {
                var text = TokenSlice(ref reader).Shift(offset);
                envelope.TraceParent = isTrace ? text : envelope.TraceParent;
                envelope.TraceState = isTraceState ? text : envelope.TraceState;
            }

            if ((isToken && tokenSeen) || (isVersion && versionSeen) || (isSubscription && subscriptionSeen))
            {
                fault = First(fault, ScanFault.Duplicate);
            }

            tokenSeen |= isToken;
            versionSeen |= isVersion;
            subscriptionSeen |= isSubscription;
            if (IsToken(ref reader) && (isToken || isVersion || isSubscription))
            {
                var slice = TokenSlice(ref reader).Shift(offset);
                fault = First(fault, slice.Length > MaxTokenBytes ? ScanFault.TokenTooLong : ScanFault.None);
                envelope.ProgressToken = isToken ? slice : envelope.ProgressToken;
                envelope.ProtocolVersion = isVersion ? slice : envelope.ProtocolVersion;
                envelope.SubscriptionId = isSubscription ? slice : envelope.SubscriptionId;
            }

            reader.Skip();
        }

        return fault;
    }
}
