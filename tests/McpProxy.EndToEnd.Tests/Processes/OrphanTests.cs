using System.Diagnostics;
using McpProxy.EndToEnd.Tests.Harness;
using McpProxy.EndToEnd.Tests.Wire;

namespace McpProxy.EndToEnd.Tests.Processes;

/// <summary>No orphan, whatever dies and however the servers resist. Linux only: the processes are read from <c>/proc</c>.</summary>
public sealed class OrphanTests : IDisposable
{
    private const string AllCapabilities = """{"roots":{},"sampling":{},"elicitation":{}}""";

    private readonly BadServers _bad = new();
    private readonly Remains _remains = new();

    public OrphanTests() => Assert.SkipUnless(OperatingSystem.IsLinux(), "Needs /proc and signals.");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _bad.Dispose();
        foreach (var process in _remains.All)
        {
            Posix.TryKill(process.Id);
        }
    }

    [Theory]
    [InlineData(Posix.Terminate, "shared")]
    [InlineData(Posix.Terminate, "dedicated")]
    [InlineData(Posix.Kill, "shared")]
    [InlineData(Posix.Kill, "dedicated")]
    public async Task End_OfAGatewayWithEveryBadServer_LeavesNone(int signal, string sharing)
    {
        await using var gateway = await StartAsync(
            ["--sharing", sharing, .. _bad.AllNamed, "--", .. Backends.Fault("--ignore-eof", "--ignore-sigterm", "--spawn-detached")]);
        using var wire = await StreamableHttpWire.ConnectAsync(gateway.Mcp, Token, capabilities: AllCapabilities);
        await _remains.UntilServersAsync(12, Token);

        var exitCode = await gateway.SignalAsync(signal, Token);

        Assert.Equal(signal == Posix.Kill ? 128 + Posix.Kill : 0, exitCode);
        if (signal == Posix.Terminate)
        {
            Assert.Empty(_remains.All);
        }

        await _remains.UntilNoneAsync(Token);
    }

    [Theory]
    [InlineData(Posix.Terminate)]
    [InlineData(Posix.Kill)]
    public async Task End_WithTwentyServersAtOnce_LeavesNone(int signal)
    {
        await using var gateway = await StartAsync([.. Twenty()]);
        await _remains.UntilServersAsync(20, Token);

        await gateway.SignalAsync(signal, Token);

        await _remains.UntilNoneAsync(Token);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    [InlineData(15)]
    public async Task Kill_InTheMiddleOfStarting_LeavesNone(int started)
    {
        await using var gateway = McpProxyProcess.Run(["--port", "0", .. Twenty()], _remains.Mark);
        await _remains.UntilServersAsync(started, Token);

        Posix.Signal(gateway.Id, Posix.Kill);

        await gateway.WaitForExitAsync(Token);
        await _remains.UntilNoneAsync(Token);
    }

    [Fact]
    public async Task Kill_WhileAServerFloodsItsStdout_LeavesNone()
    {
        await using var gateway = await StartAsync(
            [.. BadServers.Named("flood", _bad.Flood), "--", .. Backends.Fault("--flood-stdout", "100000000", "--ignore-eof", "--ignore-sigterm")]);
        using var wire = await StreamableHttpWire.ConnectAsync(gateway.Mcp, Token);
        await _remains.UntilServersAsync(2, Token);

        await gateway.SignalAsync(Posix.Kill, Token);

        await _remains.UntilNoneAsync(Token);
    }

    [Fact]
    public async Task Exit_OfAServerThatLeavesChildren_EndsThemWhileTheGatewayGoesOn()
    {
        await using var gateway = await StartAsync(BadServers.Named("leaves", _bad.LeavesChildren));
        await _remains.UntilServersAsync(2, Token);
        var first = _remains.Servers;

        await Wait.UntilAsync(() => !first.Any(process => process.IsAlive), () => string.Join(", ", first), Token);

        Assert.Equal(0, await gateway.StopAsync(Token));
        Assert.Empty(_remains.All);
    }

    [Theory]
    [InlineData("shared")]
    [InlineData("dedicated")]
    public async Task Crash_OfAServerWithADetachedGrandchild_EndsThatToo(string sharing)
    {
        await using var gateway = await StartAsync(["--sharing", sharing, "--", .. Backends.Fault("--ignore-sigterm", "--spawn-detached")]);
        using var wire = await StreamableHttpWire.ConnectAsync(gateway.Mcp, Token);
        var server = int.Parse((await wire.CallAsync(1, "pid", new { }, Token)).FirstText());
        var grandchildren = _remains.Servers.Where(process => process.ParentId == server).ToList();

        Posix.Signal(server, Posix.Kill);

        Assert.NotEmpty(grandchildren);
        await Wait.UntilAsync(() => !grandchildren.Any(process => process.IsAlive), () => string.Join(", ", grandchildren), Token);
        Assert.Equal(0, await gateway.StopAsync(Token));
        Assert.Empty(_remains.All);
    }

    [Fact]
    public async Task Interrupt_OfTheWholeGroup_EndsEverythingWithExitCode0()
    {
        Posix.SkipUnlessDelivered(Posix.Interrupt);
        await using var gateway = await StartAsync([.. _bad.AllNamed, "--", .. Backends.Sample], InAGroupOfItsOwn);
        using var wire = await StreamableHttpWire.ConnectAsync(gateway.Mcp, Token);
        await _remains.UntilServersAsync(8, Token);

        var exitCode = await gateway.SignalGroupAsync(Posix.Interrupt, Token);

        Assert.Equal(0, exitCode);
        Assert.Empty(_remains.All);
    }

    [Fact]
    public async Task Kill_OfTheWholeGroup_LeavesNobodyInAnotherOne()
    {
        await using var gateway = await StartAsync(BadServers.Named("daemon", _bad.Daemon), InAGroupOfItsOwn);
        await _remains.UntilServersAsync(2, Token);

        await gateway.SignalGroupAsync(Posix.Kill, Token);

        await _remains.UntilNoneAsync(Token);
    }

    [Theory]
    [InlineData(Posix.Terminate)]
    [InlineData(Posix.Kill)]
    public async Task End_OfACheck_LeavesNone(int signal)
    {
        await using var check = McpProxyProcess.Run(["check", "--", "sh", _bad.Bare], _remains.Mark);
        await _remains.UntilServersAsync(2, Token);

        Posix.Signal(check.Id, signal);

        Assert.NotEqual(0, await check.WaitForExitAsync(Token));
        await _remains.UntilNoneAsync(Token);
    }

    [Fact]
    public async Task Check_OfAServerWithADaemon_LeavesNone()
    {
        await using var check = McpProxyProcess.Run(
            ["check", "--", .. Backends.Fault("--ignore-eof", "--ignore-sigterm", "--spawn-detached")], _remains.Mark);

        Assert.Equal(0, await check.WaitForExitAsync(Token));
        Assert.Empty(_remains.All);
    }

    private static void InAGroupOfItsOwn(ProcessStartInfo start)
    {
        start.ArgumentList.Insert(0, start.FileName);
        start.FileName = "setsid";
    }

    private IEnumerable<string> Twenty() => Enumerable.Range(1, 20).SelectMany(number => BadServers.Named($"n{number}", _bad.Stubborn));

    private Task<McpProxyProcess> StartAsync(IEnumerable<string> arguments, Action<ProcessStartInfo>? configure = null) =>
        McpProxyProcess.StartAsync(["--port", "0", .. arguments], Token, start =>
        {
            configure?.Invoke(start);
            _remains.Mark(start);
        });
}
