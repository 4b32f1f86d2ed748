namespace McpProxy.LoadBench.Results;

/// <summary>What the product is to reach.</summary>
/// <param name="What">What is compared.</param>
/// <param name="Limit">The limit.</param>
/// <param name="IsUpper">Whether the figure may be at most the limit; else it must be at least that.</param>
/// <param name="Unit">The figure's unit; empty for ratios.</param>
/// <param name="Measure">The figure; none when a part of it was not measured.</param>
internal sealed record Target(string What, double Limit, bool IsUpper, string Unit, Func<ResultSet, double?> Measure)
{
    /// <summary>Whether the figure is within the limit.</summary>
    public bool IsReached(double value) => IsUpper ? value <= Limit : value >= Limit;

    /// <summary>The limit in words.</summary>
    public string LimitText => $"{(IsUpper ? "at most" : "at least")} {Figure.Text(Limit)} {Unit}".TrimEnd();
}
