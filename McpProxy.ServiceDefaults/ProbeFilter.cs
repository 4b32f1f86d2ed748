using System.Diagnostics;
using OpenTelemetry;

namespace McpProxy.ServiceDefaults;

/// <summary>Keeps health probes out of traces: one every few seconds, and each like the other.</summary>
internal sealed class ProbeFilter : BaseProcessor<Activity>
{
    /// <inheritdoc/>
    public override void OnEnd(Activity data)
    {
        if (data.GetTagItem("url.path") is "/health" or "/alive")
        {
            data.ActivityTraceFlags &= ~ActivityTraceFlags.Recorded;
        }
    }
}
