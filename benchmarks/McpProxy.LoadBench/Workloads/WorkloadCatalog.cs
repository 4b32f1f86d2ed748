using McpProxy.LoadBench.Subjects;

namespace McpProxy.LoadBench.Workloads;

/// <summary>All workloads, in the order in which they run.</summary>
internal static class WorkloadCatalog
{
    public static IReadOnlyList<IWorkload> All { get; } =
    [
        new CallsWorkload(Wire.Http),
        new CallsWorkload(Wire.Sse),
    ];
}
