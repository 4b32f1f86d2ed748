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

    /// <summary>The time to an answer that half of the calls do not exceed.</summary>
    public static readonly Metric P50 = new("p50", "µs");

    /// <summary>The time to an answer that 99 of 100 calls do not exceed.</summary>
    public static readonly Metric P99 = new("p99", "µs");

    /// <summary>The time to the end of an answer.</summary>
    public static readonly Metric Wall = new("wall", "ms");

    /// <summary>The time from the start of the process to its answer to <c>initialize</c>.</summary>
    public static readonly Metric StartUp = new("start-up", "ms");

    /// <summary>CPU time of the subject's process for one call that reports progress.</summary>
    public static readonly Metric ProgressCpu = new("cpu", "ms/call");

    /// <summary>CPU time of the subject's process for one session.</summary>
    public static readonly Metric SessionCpu = new("session cpu", "µs/session");

    /// <summary>CPU time of a session over that of a call.</summary>
    public static readonly Metric SessionRatio = new("session / call", "");

    /// <summary>Resident memory after the first answer.</summary>
    public static readonly Metric Rest = new("rss at rest", "MB");

    /// <summary>Resident memory.</summary>
    public static readonly Metric Rss = new("rss", "MB");

    /// <summary>Most resident memory.</summary>
    public static readonly Metric Peak = new("rss peak", "MB");

    /// <summary>By how much the most resident memory exceeds what was resident before.</summary>
    public static readonly Metric Growth = new("rss growth", "MB");

    /// <summary>Resident memory that each session added.</summary>
    public static readonly Metric SessionRss = new("rss", "KB/session");

    /// <summary>Wrong answers.</summary>
    public static readonly Metric Errors = new("errors", "");
}
