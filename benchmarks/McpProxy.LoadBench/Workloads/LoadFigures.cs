namespace McpProxy.LoadBench.Workloads;

/// <summary>What came of a load.</summary>
internal readonly record struct LoadFigures(long Calls, long Errors, TimeSpan Wall, TimeSpan SubjectCpu, TimeSpan ClientCpu)
{
    public double CallsPerSecond => Calls / Wall.TotalSeconds;

    public double CpuMicroseconds => SubjectCpu.TotalMicroseconds / Calls;

    public double ClientCpuMicroseconds => ClientCpu.TotalMicroseconds / Calls;
}
