using McpProxy.EndToEnd.Tests.Harness;

namespace McpProxy.EndToEnd.Tests.CommandLine;

/// <summary>What the program says of itself, and how it refuses: exit codes 0, 1 and 2.</summary>
public sealed class HelpTests
{
    /// <summary>Every flag of the tool that we replace.</summary>
    private static readonly string[] Flags =
    [
        "-H", "--headers", "--transport", "--client-id", "--client-secret", "--token-url", "--verify-ssl", "--no-verify-ssl",
        "-e", "--env", "--cwd", "--pass-environment", "--no-pass-environment", "--log-level", "--debug", "--no-debug",
        "--named-server", "--named-server-config", "--port", "--host", "--sse-port", "--sse-host", "--stateless", "--no-stateless",
        "--allow-origin", "--expose-header", "--version", "-h", "--help",
    ];

    public static TheoryData<string> Misuses { get; } =
    [
        "--port 0 --no-such-flag command",
        "-y npx server",
        "--port not-a-number command",
        "--port 70000 command",
        "--transport carrier-pigeon http://127.0.0.1:9/mcp",
        "--log-level LOUD command",
        "-e ONLY_A_KEY",
        "--sharing sometimes command",
    ];

    public static TheoryData<string, string?> BadConfigurations { get; } = new()
    {
        { "missing.json", null },
        { "broken.json", "{ not json" },
        { "array.json", "[]" },
        { "without-servers.json", "{}" },
        { "servers-is-a-list.json", """{"mcpServers":[]}""" },
        { "no-servers.json", """{"mcpServers":{}}""" },
        { "all-disabled.json", """{"mcpServers":{"off":{"command":"true","disabled":true},"off2":{"command":"true","enabled":false}}}""" },
    };

    [Theory]
    [InlineData("--help")]
    [InlineData("-h")]
    public async Task Help_Asked_NamesEveryFlagAndExitsWith0(string option)
    {
        await using var process = McpProxyProcess.Run([option]);

        var exitCode = await process.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.Equal(0, exitCode);
        var help = string.Join('\n', process.Output);
        Assert.All(Flags, flag => Assert.True(Mentions(help, flag), $"the help does not mention {flag}"));
        Assert.Contains("mcp-proxy http", help, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Version_Asked_IsOneLineAndExitsWith0()
    {
        await using var process = McpProxyProcess.Run(["--version"]);

        Assert.Equal(0, await process.WaitForExitAsync(TestContext.Current.CancellationToken));
        Assert.Matches("[0-9]+\\.[0-9]+\\.[0-9]+", Assert.Single(process.Output, line => line.Length > 0));
    }

    [Fact]
    public async Task NoArguments_PrintsTheHelpAndExitsWith1()
    {
        await using var process = McpProxyProcess.Run([]);

        Assert.Equal(1, await process.WaitForExitAsync(TestContext.Current.CancellationToken));
        Assert.Contains("--named-server", string.Join('\n', [.. process.Output, .. process.Errors]), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Misuses))]
    public async Task Misuse_IsExplainedOnStderrAndExitsWith2(string arguments)
    {
        await using var process = McpProxyProcess.Run(arguments.Split(' '));

        var exitCode = await process.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.True(exitCode == 2, $"exit code {exitCode}{Environment.NewLine}{process.Describe()}");
        Assert.NotEmpty(process.Errors);
    }

    [Theory]
    [MemberData(nameof(BadConfigurations))]
    public async Task NamedServerConfig_WithNothingToServe_SaysWhyAndExitsWith1(string file, string? content)
    {
        var directory = Directory.CreateTempSubdirectory("config-");
        try
        {
            var path = Path.Combine(directory.FullName, file);
            if (content is not null)
            {
                await File.WriteAllTextAsync(path, content, TestContext.Current.CancellationToken);
            }

            await using var process = McpProxyProcess.Run(["--port", "0", "--named-server-config", path]);

            var exitCode = await process.WaitForExitAsync(TestContext.Current.CancellationToken);

            Assert.True(exitCode == 1, $"exit code {exitCode}{Environment.NewLine}{process.Describe()}");
            Assert.NotEmpty(process.Errors);
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    private static bool Mentions(string help, string flag)
    {
        if (help.Contains(flag, StringComparison.Ordinal))
        {
            return true;
        }

        // "--[no-]debug" mentions both.
        return flag.StartsWith("--", StringComparison.Ordinal)
            && help.Contains("--[no-]" + flag.Replace("--no-", "", StringComparison.Ordinal).TrimStart('-'), StringComparison.Ordinal);
    }
}
