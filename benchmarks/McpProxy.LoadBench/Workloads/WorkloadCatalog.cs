using McpProxy.LoadBench.Subjects;

namespace McpProxy.LoadBench.Workloads;

/// <summary>All workloads, in the order in which they run.</summary>
internal static class WorkloadCatalog
{
    public static IReadOnlyList<IWorkload> All { get; } =
    [
        new CallsWorkload(Wire.Http),
        new CallsWorkload(Wire.Sse),
        new LatencyWorkload(),
        new LargeResultWorkload(1),
        new LargeResultWorkload(10),
        new ProgressWorkload(),
        new NewSessionWorkload(),
        new IdleSessionWorkload(IdleKind.NoStream, 10_000),
        new IdleSessionWorkload(IdleKind.GetStream, 1_000),
        new IdleSessionWorkload(IdleKind.SseStream, 1_000),
        new StartWorkload(),
        new BridgeWorkload(),
    ];
}
