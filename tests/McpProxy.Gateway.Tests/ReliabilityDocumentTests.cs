using System.Text.RegularExpressions;

namespace McpProxy.Gateway.Tests;

/// <summary><c>docs/reliability.md</c> names only tests that exist.</summary>
public sealed partial class ReliabilityDocumentTests
{
    [Fact]
    public void Faults_HaveTheTestsThatTheTableNames()
    {
        var root = Repository.Root;
        var rows = File.ReadAllLines(Path.Combine(root, "docs", "reliability.md")).Where(line => line.StartsWith("| ", StringComparison.Ordinal) && line.Contains('`')).ToList();
        var tests = string.Concat(Directory.EnumerateFiles(Path.Combine(root, "tests"), "*Tests.cs", SearchOption.AllDirectories).Select(File.ReadAllText));

        Assert.True(rows.Count >= 40, $"{rows.Count} faults");
        Assert.All(rows, row => Assert.NotEmpty(TestName().Matches(row)));
        Assert.All(rows.SelectMany(row => TestName().Matches(row).Select(match => match.Groups["name"].Value)), name => Assert.Contains($" {name}(", tests, StringComparison.Ordinal));
    }

    [GeneratedRegex("`(?<name>[A-Z][A-Za-z0-9]*_[A-Za-z0-9_]+)`", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex TestName();
}
