using McpProxy.LoadBench.Subjects;
using McpProxy.LoadBench.Workloads;

namespace McpProxy.LoadBench.Results;

/// <summary>All that the product is to reach.</summary>
internal static class TargetCatalog
{
    private const string Product = SubjectCatalog.Product;
    private static readonly int[] SessionCounts = [1, 16, 64];

    /// <summary>The targets, in the order of the report.</summary>
    public static IReadOnlyList<Target> All { get; } =
    [
        .. SessionCounts.Select(sessions => OverFloor($"http-{sessions}", SubjectCatalog.Floor)),
        .. SessionCounts.Select(sessions => OverFloor($"sse-{sessions}", SubjectCatalog.Floor)),
        .. SessionCounts.Select(sessions => OverFloor($"sse-{sessions}", SubjectCatalog.SseFloor)),
        .. SessionCounts.Skip(1).Select(sessions => OverPeers($"http-{sessions}", "calls a second", Metric.Calls, AtLeast(15))),
        Added("p50", Metric.P50, 60),
        Added("p99", Metric.P99, 300),
        Own("10 MB result: time", "result-10mb", Metric.Wall, 40),
        Own("10 MB result: growth", "result-10mb", Metric.Growth, 40),
        Own("1,000 progress notifications and a result: CPU", ProgressWorkload.Id, Metric.ProgressCpu, 3),
        Own("1,000 progress notifications and a result: wrong", ProgressWorkload.Id, Metric.Errors, 0),
        Own("new session: CPU over a call's", NewSessionWorkload.Id, Metric.SessionRatio, 4),
        Own("idle session without a stream", "idle", Metric.SessionRss, 10),
        Own("idle session with a GET stream", "idle-get", Metric.SessionRss, 40),
        Own("idle session over HTTP+SSE", "idle-sse", Metric.SessionRss, 40),
        Own("process with 10,000 idle sessions", "idle", Metric.Rss, 200),
        Own("at rest after the start", StartWorkload.Id, Metric.Rest, 45),
        Own("most memory under load, Streamable HTTP", "http", Metric.Peak, 70),
        Own("most memory under load, HTTP+SSE", "sse", Metric.Peak, 70),
        Own("cold start to the first answer", StartWorkload.Id, Metric.StartUp, 250),
        OverPeers(StartWorkload.Id, "cold start", Metric.StartUp, AtMost(1.0 / 3)),
        Bridge("one by one: calls a second", BridgeWorkload.Sequential, Metric.Calls, AtLeast(12)),
        Bridge("64 in flight: calls a second", BridgeWorkload.Pipelined, Metric.Calls, AtLeast(12)),
        Bridge("start-up", BridgeWorkload.Id, Metric.StartUp, AtMost(1.0 / 3)),
        Own("bridge: most memory under load", BridgeWorkload.Id, Metric.Peak, 70),
        Own("bridge, 10 MB result: growth", BridgeWorkload.LargeResult, Metric.Growth, 80),
    ];

    private static Limit AtMost(double value) => new(value, IsUpper: true);

    private static Limit AtLeast(double value) => new(value, IsUpper: false);

    private static Target Own(string what, string workload, Metric metric, double limit) =>
        new(what, AtMost(limit), metric.Unit, results => results.Find(workload, Product, metric));

    private static Target OverFloor(string workload, string floor) => new(
        $"{workload}: CPU of a call over the {floor}'s", AtMost(1.3), "",
        results => results.Compare((workload, Product), (workload, floor), Metric.Cpu, Ratio));

    // The best peer is the one that leaves the product least ahead.
    private static Target OverPeers(string workload, string what, Metric metric, Limit limit) => new(
        $"{workload}: {what} over the best npm peer's", limit, "",
        results => limit.Worst(
            SubjectCatalog.GatewayPeers.Select(peer => results.Compare((workload, Product), (workload, peer), metric, Ratio))));

    private static Target Added(string what, Metric metric, double limit) => new(
        $"latency added to the child's, {what}", AtMost(limit), metric.Unit,
        results => results.Compare((LatencyWorkload.Id, Product), (LatencyWorkload.Id, LatencyWorkload.Child), metric,
            (product, child) => product - child));

    private static Target Bridge(string what, string workload, Metric metric, Limit limit) => new(
        $"bridge, {what} over mcp-remote's", limit, "",
        results => results.Compare((workload, Product), (workload, SubjectCatalog.McpRemote), metric, Ratio));

    private static double Ratio(double one, double other) => one / other;
}
