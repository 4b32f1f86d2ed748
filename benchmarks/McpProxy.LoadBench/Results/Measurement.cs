namespace McpProxy.LoadBench.Results;

/// <summary>One figure, as it was in each round.</summary>
/// <param name="Workload">What was done, such as <c>http-16</c>.</param>
/// <param name="Subject">Who did it.</param>
/// <param name="Metric">What was measured.</param>
/// <param name="Rounds">The figure of each round, in the metric's unit.</param>
internal sealed record Measurement(string Workload, string Subject, Metric Metric, IReadOnlyList<double> Rounds)
{
    /// <summary>The figure that counts.</summary>
    public double Median { get; } = MedianOf(Rounds);

    /// <summary>The value in the middle.</summary>
    public static double MedianOf(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }
}
