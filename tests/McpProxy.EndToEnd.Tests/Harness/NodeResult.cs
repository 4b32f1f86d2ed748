namespace McpProxy.EndToEnd.Tests.Harness;

/// <param name="ExitCode">The exit code of the script.</param>
/// <param name="Output">Its lines on stdout.</param>
/// <param name="Description">Command line and all output, for a failure message.</param>
internal sealed record NodeResult(int ExitCode, IReadOnlyList<string> Output, string Description);
