namespace McpProxy.LoadBench.Results;

/// <summary>What a figure may be.</summary>
/// <param name="Value">The limit.</param>
/// <param name="IsUpper">Whether the figure may be at most that; else it must be at least that.</param>
internal readonly record struct Limit(double Value, bool IsUpper)
{
    /// <summary>Whether a figure is within the limit.</summary>
    public bool Allows(double value) => IsUpper ? value <= Value : value >= Value;

    /// <summary>The figure that is nearest to missing it, or has missed it most.</summary>
    public double? Worst(IEnumerable<double?> values) => IsUpper ? values.Max() : values.Min();

    public override string ToString() => $"{(IsUpper ? "at most" : "at least")} {Figure.Text(Value)}";
}
