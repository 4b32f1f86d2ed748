namespace McpProxy.LoadBench.Programs;

/// <summary>A command.</summary>
/// <param name="FileName">The program.</param>
/// <param name="Arguments">Its arguments.</param>
internal sealed record Launch(string FileName, params IReadOnlyList<string> Arguments);
