using System.Diagnostics;

namespace McpProxy.EndToEnd.Tests.Telemetry;

/// <summary>The context of a caller: a trace of its own, and the caller's span.</summary>
internal sealed record TraceContext(string TraceId, string SpanId)
{
    public static TraceContext Create() => new(ActivityTraceId.CreateRandom().ToHexString(), ActivitySpanId.CreateRandom().ToHexString());

    /// <summary>As W3C Trace Context writes it, sampled.</summary>
    public string Traceparent => $"00-{TraceId}-{SpanId}-01";

    /// <summary>As the header of a request.</summary>
    public void ApplyTo(HttpRequestMessage request) => request.Headers.Add("traceparent", Traceparent);
}
