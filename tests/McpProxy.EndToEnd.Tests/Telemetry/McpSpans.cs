using McpProxy.EndToEnd.Tests.Harness;
using McpProxy.EndToEnd.Tests.Telemetry.Otlp;

namespace McpProxy.EndToEnd.Tests.Telemetry;

/// <summary>Finds our own spans among those of .NET, and how they hang together.</summary>
internal static class McpSpans
{
    public const string Scope = "McpProxy";

    public static bool IsMcp(this OtlpSpan span) => span.Source.Scope == Scope;

    /// <summary>The span of a request that a service received, in a trace.</summary>
    public static Task<OtlpSpan> ServerSpanAsync(this OtlpReceiver receiver, string service, string traceId, CancellationToken cancellationToken) =>
        receiver.SpanAsync(span => span.IsMcp() && span.Kind == SpanKind.Server && span.Source.Service == service && span.TraceId == traceId, cancellationToken);

    /// <summary>The span of a request that a service sent, in a trace.</summary>
    public static Task<OtlpSpan> ClientSpanAsync(this OtlpReceiver receiver, string service, string traceId, CancellationToken cancellationToken) =>
        receiver.SpanAsync(span => span.IsMcp() && span.Kind == SpanKind.Client && span.Source.Service == service && span.TraceId == traceId, cancellationToken);

    /// <summary>Waits until a span is known to be below another one; spans that are not MCP's may lie between.</summary>
    public static Task AssertDescendsAsync(this OtlpReceiver receiver, OtlpSpan span, string ancestorId, CancellationToken cancellationToken) => Wait.UntilAsync(
        () => Descends(receiver, span, ancestorId),
        () => $"{span} is not below {ancestorId}:{Environment.NewLine}{string.Join(Environment.NewLine, receiver.Spans.Where(other => other.TraceId == span.TraceId))}",
        cancellationToken);

    private static bool Descends(OtlpReceiver receiver, OtlpSpan span, string ancestorId)
    {
        var parents = receiver.Spans.Where(other => other.TraceId == span.TraceId).ToLookup(other => other.SpanId, StringComparer.Ordinal);
        var at = span.ParentId;
        while (at != ancestorId)
        {
            if (parents[at].FirstOrDefault() is not { } parent || parent.IsMcp())
            {
                return false;
            }

            at = parent.ParentId;
        }

        return true;
    }
}
