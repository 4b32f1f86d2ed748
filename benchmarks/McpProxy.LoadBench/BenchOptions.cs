namespace McpProxy.LoadBench;

/// <summary>What the command line asks for.</summary>
internal sealed record BenchOptions
{
    /// <summary>The workloads to run; empty for all.</summary>
    public IReadOnlyList<string> Workloads { get; init; } = [];

    /// <summary>The subjects to measure; empty for the usual ones.</summary>
    public IReadOnlyList<string> Subjects { get; init; } = [];

    /// <summary>How often each subject is measured, in turn.</summary>
    public required int Rounds { get; init; }

    /// <summary>How long one measurement of load takes.</summary>
    public required TimeSpan Duration { get; init; }

    /// <summary>How long a subject is under load before it is measured.</summary>
    public required TimeSpan WarmUp { get; init; }

    /// <summary>The folder of a published product; null to publish it now.</summary>
    public string? Product { get; init; }

    /// <summary>Where the report goes as JSON.</summary>
    public string? JsonFile { get; init; }
}
