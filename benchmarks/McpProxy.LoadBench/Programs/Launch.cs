namespace McpProxy.LoadBench.Programs;

/// <summary>A command.</summary>
/// <param name="FileName">The program.</param>
/// <param name="Arguments">Its arguments.</param>
internal sealed record Launch(string FileName, params IReadOnlyList<string> Arguments)
{
    /// <summary>What is set in its environment, beside what is inherited.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();
}
