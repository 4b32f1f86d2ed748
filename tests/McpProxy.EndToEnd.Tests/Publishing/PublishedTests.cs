using System.Text.Json.Nodes;
using McpProxy.EndToEnd.Tests.Harness;
using McpProxy.EndToEnd.Tests.Memory;
using McpProxy.EndToEnd.Tests.Wire;

namespace McpProxy.EndToEnd.Tests.Publishing;

/// <summary>
/// What was left out of a published build is missed only while it runs. All other tests run against such a build, too, when
/// <c>MCP_PROXY_PROGRAM</c> names it.
/// </summary>
public sealed class PublishedTests(PublishedBuild published) : IClassFixture<PublishedBuild>
{
    // 44 MB, and some 60 methods: those that can only be compiled for the processor that is there. Without the profile it is 52 MB, and 440.
    private const int MaxResidentKilobytes = 51 * 1024;
    private const int MaxCompiledMethods = 150;

    /// <summary>A method that is compiled anew after 30 calls is, unless something else keeps the machine busy, before this many.</summary>
    private const int MaxCalls = 5_000;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Gateway_Published_ServesBothTransportsAndLeavesNothingBehind()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Needs /proc and signals.");
        await using var gateway = await McpProxyProcess.StartAsync(
            ["--port", "0", "--named-server", "leaves", "sh -c 'sleep 100 & sleep 100'", "--", .. Backends.Sample], Token, published.Configure);
        using var wire = await StreamableHttpWire.ConnectAsync(gateway.Mcp, Token);
        using var sse = await HttpSseWire.ConnectAsync(gateway.Sse, Token);
        var descendants = gateway.Descendants();

        var answer = await wire.CallAsync(1, "echo", new { value = "published" }, Token);
        var exitCode = await gateway.StopAsync(Token);

        Assert.Contains("published", answer.ToJsonString(), StringComparison.Ordinal);
        Assert.NotEmpty(descendants);
        Assert.Equal(0, exitCode);
        Assert.DoesNotContain(descendants, process => process.IsAlive);
    }

    [Fact]
    public async Task Bridge_Published_RelaysAndEndsWithItsHost()
    {
        await using var gateway = await McpProxyProcess.StartAsync(["--port", "0", "--", .. Backends.Sample], Token, published.Configure);
        await using var bridge = McpProxyProcess.Run([gateway.Mcp.AbsoluteUri], published.Configure);

        await bridge.Input.WriteLineAsync(Rpc.Initialize(0).AsMemory(), Token);
        await bridge.Input.FlushAsync(Token);
        await Wait.UntilAsync(() => bridge.Output.Count > 0, bridge.Describe, Token);
        bridge.Input.Close();

        Assert.Equal(0, await bridge.WaitForExitAsync(Token));
        Assert.Equal("everything-server", (string?)JsonNode.Parse(Assert.Single(bridge.Output))!["result"]?["serverInfo"]?["name"]);
    }

    /// <summary>More of either means that the profile was not used, or is out of date: see docs/decisions/0012-published-with-a-profile.md.</summary>
    [Fact]
    public async Task Gateway_PublishedAndAskedOnce_IsSmallAndHasCompiledLittle()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Needs /proc.");
        await using var gateway = await McpProxyProcess.StartAsync(["--port", "0", "--", .. Backends.Sample], Token, published.ConfigureListing(out var list));
        using var wire = await StreamableHttpWire.ConnectAsync(gateway.Mcp, Token);

        var methods = await File.ReadAllLinesAsync(list, Token);
        var memory = ResidentMemory.Of(gateway.Id);

        Assert.InRange(memory.NowKilobytes, 1, MaxResidentKilobytes);
        Assert.InRange(methods.Length, 1, MaxCompiledMethods);
        Assert.DoesNotContain(methods, IsCompiledAsMarked);

        // Marked AggressiveOptimization in the framework: see CompileAhead.targets.
        static bool IsCompiledAsMarked(string method) =>
            method.Contains("[FullOpts,", StringComparison.Ordinal)
            && (method.Contains(":AwaitUnsafeOnCompleted", StringComparison.Ordinal) || method.Contains("HttpRequestHeaders:Append(", StringComparison.Ordinal));
    }

    /// <summary>Otherwise the profile has no counts, or a process counts by itself: slower, and larger, until it is done.</summary>
    [Fact]
    public async Task Gateway_PublishedAndCalledOften_IsCompiledWithTheCountsOfTheProfile()
    {
        await using var gateway = await McpProxyProcess.StartAsync(["--port", "0", "--", .. Backends.Sample], Token, published.ConfigureListing(out var list));
        using var wire = await StreamableHttpWire.ConnectAsync(gateway.Mcp, Token);
        string[] methods = [];

        for (var i = 1; i <= MaxCalls && !methods.Any(IsScanner); i++)
        {
            await wire.CallAsync(i, "echo", new { value = "often" }, Token);
            methods = i % 50 == 0 ? await File.ReadAllLinesAsync(list, Token) : methods;
        }

        Assert.Contains(" PGO, ", Assert.Single(methods, IsScanner), StringComparison.Ordinal);
        Assert.DoesNotContain(methods, method => method.Contains("Instrumented", StringComparison.Ordinal));

        static bool IsScanner(string method) => method.Contains("MessageScanner:Scan(", StringComparison.Ordinal) && method.EndsWith(']');
    }

    /// <summary>The first write fails, and so ends the writer: the one way to an end on which the linker once left a lock behind.</summary>
    [Fact]
    public async Task Check_PublishedOfACommandThatExits_SaysSoAndEnds()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no such command.");
        await using var check = McpProxyProcess.Run(["check", "--json", "false"], published.Configure);

        Assert.Equal(1, await check.WaitForExitAsync(Token));
        Assert.Equal("initialize", (string?)JsonNode.Parse(string.Join('\n', check.Output))!["step"]);
    }
}
