using System.Text.Json.Nodes;
using McpProxy.EndToEnd.Tests.Harness;
using McpProxy.EndToEnd.Tests.Wire;

namespace McpProxy.EndToEnd.Tests.CommandLine;

/// <summary>Which environment and which directory the commands get.</summary>
public sealed class EnvironmentTests
{
    private const string Secret = "PROXY_ONLY_SECRET";
    private const string InlineCompletions = "DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS";
    private const string ThreadCount = "DOTNET_SYSTEM_NET_SOCKETS_THREAD_COUNT";

    /// <summary>What a child gets on POSIX without any flag; the last is the mark by which the gateway finds its orphans.</summary>
    private static readonly string[] DefaultNames = ["HOME", "LOGNAME", "PATH", "SHELL", "TERM", "USER", "MCP_PROXY_CHILD"];

    [Fact]
    public async Task Child_WithoutFlags_GetsTheDefaultSetOnly()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The default set is another one on Windows.");
        await using var gateway = await StartAsync("--port", "0", "--", Backends.Sample);

        var environment = await EnvironmentAsync(gateway.Mcp);

        // The .NET runtime and the shell may add their own; nothing of the proxy's may be there.
        Assert.DoesNotContain(Secret, environment);
        Assert.Equal(Environment.GetEnvironmentVariable("PATH"), environment["PATH"]);
        Assert.All(
            environment.Keys, name => Assert.True(DefaultNames.Contains(name, StringComparer.Ordinal) || IsOfTheRuntime(name), name));
    }

    [Fact]
    public async Task Child_PassEnvironment_GetsEverything()
    {
        await using var gateway = await StartAsync("--port", "0", "--pass-environment", "--", Backends.Sample);

        Assert.Equal("do not leak", (await EnvironmentAsync(gateway.Mcp))[Secret]);
    }

    /// <summary>The gateway tells its runtime by variables how to use sockets, which is none of a child's business; but a user's own is.</summary>
    [Theory]
    [InlineData(null, null)]
    [InlineData("0", "3")]
    [InlineData("1", null)]
    [InlineData(null, "5")]
    public async Task Child_PassEnvironment_GetsSettingsOfSocketsOnlyOfTheUser(string? inline, string? threads)
    {
        await using var gateway = await McpProxyProcess.StartAsync(
            ["--port", "0", "--pass-environment", "--named-server", "other", Backends.CommandString(Backends.Sample), "--", .. Backends.Sample],
            TestContext.Current.CancellationToken,
            start => (start.Environment[InlineCompletions], start.Environment[ThreadCount]) = (inline, threads));

        var environment = await EnvironmentAsync(gateway.Mcp);
        var other = await EnvironmentAsync(gateway.Named("other", "mcp"));

        Assert.Equal((inline, threads), (environment.GetValueOrDefault(InlineCompletions), environment.GetValueOrDefault(ThreadCount)));
        Assert.Equal((inline, threads), (other.GetValueOrDefault(InlineCompletions), other.GetValueOrDefault(ThreadCount)));
    }

    [Fact]
    public async Task Child_WithEnv_GetsTheVariablesAndTheyWin()
    {
        await using var gateway = await StartAsync(
            "--port", "0", "--pass-environment", "-e", "KEY", "VALUE", "--env", "ANOTHER_KEY", "a = value with spaces",
            "-e", Secret, "overridden", "-e", "EMPTY", "", "--", Backends.Sample);

        var environment = await EnvironmentAsync(gateway.Mcp);

        Assert.Equal("VALUE", environment["KEY"]);
        Assert.Equal("a = value with spaces", environment["ANOTHER_KEY"]);
        Assert.Equal("overridden", environment[Secret]);
    }

    [Fact]
    public async Task NamedServer_BesideADefaultWithEnv_GetsNoneOfIt()
    {
        await using var gateway = await StartAsync(
            "--port", "0", "-e", "KEY", "VALUE", "--named-server", "fetch", Backends.CommandString(Backends.Sample), "--", Backends.Sample);

        Assert.Contains("KEY", await EnvironmentAsync(gateway.Mcp));
        Assert.DoesNotContain("KEY", await EnvironmentAsync(gateway.Named("fetch", "mcp")));
    }

    [Fact]
    public async Task Cwd_IsForTheDefaultServerOnly()
    {
        var directory = Directory.CreateTempSubdirectory("cwd-");
        try
        {
            await using var gateway = await StartAsync(
                "--port", "0", "--cwd", directory.FullName, "--named-server", "fetch", Backends.CommandString(Backends.Sample),
                "--", Backends.Sample);

            Assert.Equal(directory.FullName, await WorkingDirectoryAsync(gateway.Mcp));
            Assert.Equal(Environment.CurrentDirectory, await WorkingDirectoryAsync(gateway.Named("fetch", "mcp")));
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task Secrets_InTheEnvironment_AreInNoLogAndOnNoPage()
    {
        const string Value = "s3cr3t-and-unmistakable";
        await using var gateway = await StartAsync("--port", "0", "--debug", "-e", "TOKEN", Value, "--", Backends.Sample);
        using var wire = await StreamableHttpWire.ConnectAsync(gateway.Mcp, TestContext.Current.CancellationToken);
        using var status = new StreamableHttpWire(new Uri(gateway.Root, "/status"));

        await wire.RequestAsync(1, "tools/list", TestContext.Current.CancellationToken);
        var page = await status.GetAsync(TestContext.Current.CancellationToken, accept: null);

        Assert.DoesNotContain(Value, page.Body, StringComparison.Ordinal);
        Assert.DoesNotContain(gateway.Errors, line => line.Contains(Value, StringComparison.Ordinal));
    }

    private static bool IsOfTheRuntime(string name) =>
        name.StartsWith("DOTNET_", StringComparison.Ordinal) || name is "PWD" or "SHLVL" or "_" or "OLDPWD";

    private static async Task<McpProxyProcess> StartAsync(params object[] arguments) => await McpProxyProcess.StartAsync(
        arguments.SelectMany(argument => argument as IEnumerable<string> ?? [(string)argument]),
        TestContext.Current.CancellationToken,
        start => start.Environment[Secret] = "do not leak");

    private static async Task<IReadOnlyDictionary<string, string?>> EnvironmentAsync(Uri endpoint)
    {
        using var wire = await StreamableHttpWire.ConnectAsync(endpoint, TestContext.Current.CancellationToken);
        var answer = await wire.CallAsync(1, "environment", new { }, TestContext.Current.CancellationToken);
        return JsonNode.Parse(answer.FirstText())!.AsObject()
            .ToDictionary(variable => variable.Key, variable => (string?)variable.Value, StringComparer.Ordinal);
    }

    private static async Task<string> WorkingDirectoryAsync(Uri endpoint)
    {
        using var wire = await StreamableHttpWire.ConnectAsync(endpoint, TestContext.Current.CancellationToken);
        return (await wire.CallAsync(1, "working_directory", new { }, TestContext.Current.CancellationToken)).FirstText();
    }
}
