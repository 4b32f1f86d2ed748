using System.Diagnostics;
using System.Text;
using McpProxy.Relay.Messages;

namespace McpProxy.Relay.Telemetry;

/// <summary>Trace context in messages: <c>params._meta.traceparent</c> and <c>tracestate</c> (SEP-414; W3C Trace Context).</summary>
internal static class TraceContext
{
    /// <summary>W3C Trace Context, section 3.3.1.3: at least so much of it is to be passed on.</summary>
    private const int MaxStateLength = 512;

    /// <summary>The context that a message carries; default when it carries none that is valid.</summary>
    public static ActivityContext Extract(Message message)
    {
        ref readonly var envelope = ref message.Envelope;
        return !envelope.TraceParent.IsEmpty
            && ActivityContext.TryParse(
                JsonText.Read(message[envelope.TraceParent]), JsonText.Read(message[envelope.TraceState]), isRemote: true, out var context)
            ? context
            : default;
    }

    /// <summary>Lets a request go out with the activity's context, unless it carries one: that is its sender's.</summary>
    public static void Inject(Message request, Activity activity)
    {
        ref readonly var envelope = ref request.Envelope;
        if (!envelope.TraceParent.IsEmpty || activity.IdFormat != ActivityIdFormat.W3C)
        {
            return;
        }

        var members = new StringBuilder($"\"traceparent\":\"{activity.Id}\"");
        if (activity.TraceStateString is { Length: > 0 and <= MaxStateLength } state && envelope.TraceState.IsEmpty)
        {
            members.Append(",\"tracestate\":").Append(JsonToken.From(state));
        }

        if (!envelope.Meta.IsEmpty)
        {
            Insert(request, envelope.Meta, members.ToString());
        }
        else if (!envelope.Params.IsEmpty)
        {
            Insert(request, envelope.Params, $"\"_meta\":{{{members}}}");
        }
        else
        {
            request.Insert(envelope.MethodName.End, Encoding.UTF8.GetBytes($",\"params\":{{\"_meta\":{{{members}}}}}"));
        }
    }

    /// <summary>Puts members first into an object; into what is none, nothing.</summary>
    private static void Insert(Message request, Slice opening, string members)
    {
        if (request.Body[opening.Start] == (byte)'{')
        {
            var isEmpty = request.Body[(opening.Start + 1)..].TrimStart(" \t\r\n"u8)[0] == (byte)'}';
            request.Insert(opening.Start + 1, Encoding.UTF8.GetBytes(isEmpty ? members : members + ","));
        }
    }
}
