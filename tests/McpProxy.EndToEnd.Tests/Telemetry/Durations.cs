using McpProxy.EndToEnd.Tests.Telemetry.Otlp;

namespace McpProxy.EndToEnd.Tests.Telemetry;

/// <summary>What the conventions say of every histogram of durations.</summary>
internal static class Durations
{
    private static readonly double[] Bounds = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 120, 300];

    // What there can be any number of would make a series of every value.
    private static readonly string[] Unbounded =
        ["mcp.session.id", "jsonrpc.request.id", "mcp.resource.uri", "client.address", "client.port", "gen_ai.tool.call.arguments"];

    public static void AssertIsDuration(OtlpPoint point, string transport)
    {
        Assert.Equal((MetricKind.Histogram, "s", McpSpans.Scope), (point.Metric.Kind, point.Metric.Unit, point.Metric.Source.Scope));
        Assert.Equal(Bounds, point.Bounds);
        Assert.True(point.Sum is > 0 and < 3600, point.ToString()); // Seconds, not milliseconds: no test lives for an hour.
        Assert.Equal(transport, point.Attributes["network.transport"]);
        Assert.Empty(point.Attributes.Names.Intersect(Unbounded));
    }
}
