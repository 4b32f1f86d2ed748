using McpProxy.EndToEnd.Tests.Harness;
using McpProxy.EndToEnd.Tests.Wire;

namespace McpProxy.EndToEnd.Tests.Memory;

/// <summary>Upper limits, generous, on the memory of the gateway's own process. Linux only.</summary>
[Collection(MemoryGroup.Name)]
public sealed class MemoryTests
{
    private const int Megabyte = 1_000_000;

    [Fact]
    public async Task IdleSession_OnASharedBackend_CostsAtMost20Kilobytes()
    {
        const int WarmUp = 500;
        const int Measured = 2_000;
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Needs /proc.");
        await using var gateway = await StartAsync();
        using var wire = new StreamableHttpWire(gateway.Mcp);

        await OpenSessionsAsync(wire, WarmUp);
        var before = ResidentMemory.Of(gateway.Id);
        await OpenSessionsAsync(wire, Measured);
        var after = ResidentMemory.Of(gateway.Id);

        var each = (after.NowKilobytes - before.NowKilobytes) / (double)Measured;
        TestContext.Current.TestOutputHelper?.WriteLine($"{each:F1} KB a session; {before} -> {after}");
        Assert.True(each <= 20, $"{each:F1} KB a session; {before} -> {after}");
    }

    [Theory]
    [InlineData(StreamableHttpWire.BothTypes)]
    [InlineData("application/json")]
    public async Task LargeResult_OfTenMegabytes_RaisesThePeakByAtMost40(string accept)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Needs /proc.");
        await using var gateway = await StartAsync();
        using var wire = await StreamableHttpWire.ConnectAsync(gateway.Mcp, TestContext.Current.CancellationToken);
        await ReadResultAsync(wire, "warm-up", Megabyte, accept);
        ResidentMemory.ResetPeak(gateway.Id);
        var before = ResidentMemory.Of(gateway.Id);

        await ReadResultAsync(wire, "large", 10 * Megabyte, accept);

        var after = ResidentMemory.Of(gateway.Id);
        var raised = after.PeakKilobytes - before.NowKilobytes;
        TestContext.Current.TestOutputHelper?.WriteLine($"{raised} KB; {before} -> {after}");
        Assert.True(raised <= 40 * 1024, $"raised by {raised} KB; {before} -> {after}");
    }

    [Fact]
    public async Task LargeResults_OneAfterTheOther_DoNotAccumulate()
    {
        const int WarmUp = 100;
        const int Measured = 1_000;
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Needs /proc.");
        await using var gateway = await StartAsync();
        using var wire = await StreamableHttpWire.ConnectAsync(gateway.Mcp, TestContext.Current.CancellationToken);
        for (var call = 0; call < WarmUp; call++)
        {
            await ReadResultAsync(wire, call, Megabyte, StreamableHttpWire.BothTypes);
        }

        var before = ResidentMemory.Of(gateway.Id);
        for (var call = 0; call < Measured; call++)
        {
            await ReadResultAsync(wire, WarmUp + call, Megabyte, StreamableHttpWire.BothTypes);
        }

        // A leak of one result in ten would be 100 MB.
        var after = ResidentMemory.Of(gateway.Id);
        TestContext.Current.TestOutputHelper?.WriteLine($"{before} -> {after}");
        Assert.True(after.NowKilobytes - before.NowKilobytes <= 50 * 1024, $"{before} -> {after}");
    }

    private static Task<McpProxyProcess> StartAsync() =>
        McpProxyProcess.ServeAsync(Backends.Sample, TestContext.Current.CancellationToken, "--sharing", "shared", "--log-level", "WARNING");

    private static async Task OpenSessionsAsync(StreamableHttpWire wire, int count)
    {
        for (var opened = 0; opened < count; opened++)
        {
            wire.SessionId = null;
            wire.ProtocolVersion = null;
            await wire.InitializeAsync(TestContext.Current.CancellationToken);
            Assert.NotNull(wire.SessionId);
        }
    }

    /// <summary>Reads a result piece by piece: this process must not be what is short of memory.</summary>
    private static async Task ReadResultAsync(StreamableHttpWire wire, object id, int bytes, string accept)
    {
        using var response = await wire.SendAsync(
            HttpMethod.Post, Rpc.Call(id, "large_result", new { bytes }), TestContext.Current.CancellationToken, accept);
        using var deadline = Wait.Deadline(TestContext.Current.CancellationToken);
        await using var body = await response.Content.ReadAsStreamAsync(deadline.Token);
        var piece = new byte[64 * 1024];
        long total = 0;
        while (await body.ReadAsync(piece, deadline.Token) is > 0 and var read)
        {
            total += read;
        }

        Assert.True(total > bytes, $"{total} bytes came");
    }
}
