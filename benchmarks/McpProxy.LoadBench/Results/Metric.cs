namespace McpProxy.LoadBench.Results;

/// <summary>What is measured, and in which unit.</summary>
/// <param name="Name">A short name, the same in tables and JSON.</param>
/// <param name="Unit">Its unit.</param>
internal sealed record Metric(string Name, string Unit)
{
    /// <summary>CPU time of the subject's process for one call.</summary>
    public static readonly Metric Cpu = new("cpu", "µs/call");

    /// <summary>Calls a second.</summary>
    public static readonly Metric Calls = new("calls", "1/s");

    /// <summary>CPU time of the bench itself for one call.</summary>
    public static readonly Metric ClientCpu = new("client cpu", "µs/call");

    /// <summary>Resident memory after the start.</summary>
    public static readonly Metric Rest = new("rss at rest", "MB");

    /// <summary>Most resident memory under load.</summary>
    public static readonly Metric Peak = new("rss peak", "MB");

    /// <summary>Wrong answers.</summary>
    public static readonly Metric Errors = new("errors", "");
}
