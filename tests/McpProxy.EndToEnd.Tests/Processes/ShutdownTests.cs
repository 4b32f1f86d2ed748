using McpProxy.EndToEnd.Tests.Harness;
using McpProxy.EndToEnd.Tests.Wire;

namespace McpProxy.EndToEnd.Tests.Processes;

/// <summary>No process is ever left behind. Linux only: the descendants are read from <c>/proc</c>.</summary>
public sealed class ShutdownTests
{
    private const string AllCapabilities = """{"roots":{},"sampling":{},"elicitation":{}}""";

    [Theory]
    [InlineData(Posix.Terminate)]
    [InlineData(Posix.Interrupt)]
    public async Task Signal_WithSessionsAndNamedServers_EndsEverythingWithExitCode0(int signal)
    {
        Posix.SkipUnlessDelivered(signal);
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Needs /proc and signals.");
        await using var gateway = await McpProxyProcess.StartAsync(
            [
                "--port", "0", "--named-server", "node", Backends.CommandString(Backends.ServerEverything), "--named-server", "shell",
                // A grandchild that a signal to the shell alone would leave behind.
                $"sh -c \"dotnet '{ArtifactPaths.SampleServer}'; true\"", "--", .. Backends.Sample,
            ],
            TestContext.Current.CancellationToken);
        using var shared = await StreamableHttpWire.ConnectAsync(gateway.Mcp, TestContext.Current.CancellationToken);
        using var dedicated = await StreamableHttpWire.ConnectAsync(
            gateway.Mcp, TestContext.Current.CancellationToken, capabilities: AllCapabilities);
        using var node = await StreamableHttpWire.ConnectAsync(gateway.Named("node", "mcp"), TestContext.Current.CancellationToken);
        using var shell = await StreamableHttpWire.ConnectAsync(gateway.Named("shell", "mcp"), TestContext.Current.CancellationToken);
        using var sse = await HttpSseWire.ConnectAsync(gateway.Sse, TestContext.Current.CancellationToken);
        using var underWay = await dedicated.PostForStreamAsync(
            Rpc.Call(1, "slow", new { milliseconds = 600_000, steps = 6_000 }, progressToken: 1), TestContext.Current.CancellationToken);
        await underWay.ReadMessageAsync(Rpc.Method("notifications/progress"), TestContext.Current.CancellationToken);
        var descendants = gateway.Descendants();

        var exitCode = await gateway.SignalAsync(signal, TestContext.Current.CancellationToken);

        Assert.True(descendants.Count >= 4, string.Join(", ", descendants));
        Assert.Equal(0, exitCode);
        Assert.DoesNotContain(descendants, process => process.IsAlive);
        Assert.Empty(gateway.Output);
    }

    [Fact]
    public async Task Kill_OfTheGateway_LeavesNoChild()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Needs /proc and signals.");
        await using var gateway = await McpProxyProcess.StartAsync(
            [
                "--port", "0", "--named-server", "shell", $"sh -c \"dotnet '{ArtifactPaths.SampleServer}'; true\"",
                "--", .. Backends.Sample,
            ],
            TestContext.Current.CancellationToken);
        using var wire = await StreamableHttpWire.ConnectAsync(
            gateway.Mcp, TestContext.Current.CancellationToken, capabilities: AllCapabilities);
        using var shell = await StreamableHttpWire.ConnectAsync(gateway.Named("shell", "mcp"), TestContext.Current.CancellationToken);
        using var underWay = await wire.PostForStreamAsync(
            Rpc.Call(1, "slow", new { milliseconds = 600_000, steps = 6_000 }, progressToken: 1), TestContext.Current.CancellationToken);
        await underWay.ReadMessageAsync(Rpc.Method("notifications/progress"), TestContext.Current.CancellationToken);
        var descendants = gateway.Descendants();

        await gateway.SignalAsync(Posix.Kill, TestContext.Current.CancellationToken);

        await AssertAllEndAsync(descendants);
    }

    [Fact]
    public async Task Sessions_OpenedAndDeleted_LeaveNoProcessBehind()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Needs /proc.");
        await using var gateway = await McpProxyProcess.ServeAsync(
            Backends.Sample, TestContext.Current.CancellationToken, "--sharing", "dedicated");

        var processes = new HashSet<int>();
        for (var turn = 0; turn < 10; turn++)
        {
            using var wire = await StreamableHttpWire.ConnectAsync(gateway.Mcp, TestContext.Current.CancellationToken);
            processes.Add(int.Parse((await wire.CallAsync(1, "process_id", new { }, TestContext.Current.CancellationToken)).FirstText()));
            await wire.DeleteAsync(TestContext.Current.CancellationToken);
        }

        Assert.Equal(10, processes.Count);
        // A warm spare may wait for the next session, and one for the default's own health; never one for each that was.
        await Wait.UntilAsync(
            () => !gateway.Descendants().Any(process => processes.Contains(process.Id)),
            () => $"still alive: {string.Join(", ", gateway.Descendants().Where(process => processes.Contains(process.Id)))}",
            TestContext.Current.CancellationToken);
        Assert.InRange(gateway.Descendants().Count, 0, 3);
    }

    [Fact]
    public async Task SseStreams_OpenedAndDropped_LeaveNoProcessBehind()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Needs /proc.");
        await using var gateway = await McpProxyProcess.ServeAsync(
            Backends.Sample, TestContext.Current.CancellationToken, "--sharing", "dedicated");

        var processes = new HashSet<int>();
        for (var turn = 0; turn < 5; turn++)
        {
            using var wire = await HttpSseWire.ConnectAsync(gateway.Sse, TestContext.Current.CancellationToken);
            await wire.InitializeAsync(TestContext.Current.CancellationToken);
            var answer = await wire.RequestAsync(Rpc.Call(1, "process_id", new { }), 1, TestContext.Current.CancellationToken);
            processes.Add(int.Parse(answer.FirstText()));
        }

        Assert.Equal(5, processes.Count);
        await Wait.UntilAsync(
            () => !gateway.Descendants().Any(process => processes.Contains(process.Id)),
            () => $"still alive: {string.Join(", ", gateway.Descendants().Where(process => processes.Contains(process.Id)))}",
            TestContext.Current.CancellationToken);
    }

    private static Task AssertAllEndAsync(IReadOnlyList<ProcessIdentity> processes)
    {
        Assert.NotEmpty(processes);
        return Wait.UntilAsync(
            () => !processes.Any(process => process.IsAlive),
            () => $"still alive: {string.Join(", ", processes.Where(process => process.IsAlive))}",
            TestContext.Current.CancellationToken);
    }
}
