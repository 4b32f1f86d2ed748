namespace McpProxy.LoadBench.Results;

/// <summary>What the product is to reach.</summary>
/// <param name="What">What is compared.</param>
/// <param name="Limit">The limit.</param>
/// <param name="Unit">The figure's unit; empty for ratios.</param>
/// <param name="Measure">The figure; none when a part of it was not measured.</param>
internal sealed record Target(string What, Limit Limit, string Unit, Func<ResultSet, double?> Measure)
{
    /// <summary>The limit in words.</summary>
    public string LimitText => $"{Limit} {Unit}".TrimEnd();
}
