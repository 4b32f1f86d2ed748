using McpProxy.LoadBench.Subjects;
using McpProxy.LoadBench.Workloads;

namespace McpProxy.LoadBench.Results;

/// <summary>All that the product is to reach.</summary>
internal static class TargetCatalog
{
    private const string Product = SubjectCatalog.Product;

    /// <summary>The targets, in the order of the report.</summary>
    public static IReadOnlyList<Target> All { get; } =
    [
        .. from wire in new[] { Wire.Http, Wire.Sse } from sessions in new[] { 1, 16, 64 } select CpuOfCall(wire, sessions),
        .. from sessions in new[] { 16, 64 } select CallsPerSecond(sessions),
        new("RSS at rest after start", 45, IsUpper: true, "MB", results => results.Find("http", Product, Metric.Rest)),
        new("RSS under load, 64 sessions", 70, IsUpper: true, "MB", results => results.Find("http", Product, Metric.Peak)),
    ];

    private static Target CpuOfCall(Wire wire, int sessions) => new(
        $"CPU per call / floor, {CallsWorkload.Prefix(wire, sessions)}", 1.3, IsUpper: true, "",
        results => results.Find(CallsWorkload.Prefix(wire, sessions), Product, Metric.Cpu)
            / results.Find(CallsWorkload.Prefix(Wire.Http, sessions), SubjectCatalog.Floor, Metric.Cpu));

    private static Target CallsPerSecond(int sessions) => new(
        $"calls per second / best npm peer, http-{sessions}", 15, IsUpper: false, "",
        results => results.Find($"http-{sessions}", Product, Metric.Calls) / BestPeer(results, $"http-{sessions}", Metric.Calls, isLessBetter: false));

    private static double? BestPeer(ResultSet results, string workload, Metric metric, bool isLessBetter)
    {
        var peers = SubjectCatalog.GatewayPeers.Select(peer => results.Find(workload, peer, metric)).OfType<double>().ToArray();
        return peers.Length == 0 ? null : isLessBetter ? peers.Min() : peers.Max();
    }
}
