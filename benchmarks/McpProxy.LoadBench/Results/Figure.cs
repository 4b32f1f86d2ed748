namespace McpProxy.LoadBench.Results;

/// <summary>Numbers as people read them.</summary>
internal static class Figure
{
    /// <summary>Three digits that count, or all before the point.</summary>
    public static string Text(double value) => Math.Abs(value) switch
    {
        0 => "0",
        < 1 => value.ToString("0.000"),
        < 10 => value.ToString("0.00"),
        < 100 => value.ToString("0.0"),
        _ => value.ToString("#,0"),
    };
}
