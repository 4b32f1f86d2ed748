using System.Diagnostics;
using McpProxy.EndToEnd.Tests.Harness;

namespace McpProxy.EndToEnd.Tests.Processes;

/// <summary>The process that ends the servers when the gateway is killed: there when it is needed, and in nobody's way. Linux only.</summary>
public sealed class GuardTests : IDisposable
{
    private readonly BadServers _bad = new();
    private readonly Remains _remains = new();

    public GuardTests() => Assert.SkipUnless(OperatingSystem.IsLinux(), "Needs /proc and signals.");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _bad.Dispose();
        foreach (var process in _remains.All)
        {
            Posix.TryKill(process.Id);
        }
    }

    [Fact]
    public async Task Stop_LeavesNoGuard()
    {
        await using var gateway = await StartAsync(["--", .. Backends.Sample]);
        await UntilGuardedAsync();

        Assert.Equal(0, await gateway.StopAsync(Token));

        Assert.Empty(_remains.All);
    }

    [Fact]
    public async Task Stop_AfterTheGuardWasKilled_LeavesNone()
    {
        await using var gateway = await StartAsync(BadServers.Named("daemon", _bad.Daemon));
        var guard = await UntilGuardedAsync();

        Posix.Signal(guard.Id, Posix.Kill);

        Assert.Equal(0, await gateway.StopAsync(Token));
        await _remains.UntilNoneAsync(Token);
    }

    [Fact]
    public async Task Kill_OfTheGuardThenOfTheGateway_LeavesNone()
    {
        await using var gateway = await StartAsync(BadServers.Named("daemon", _bad.Daemon));
        var guard = await UntilGuardedAsync();

        Posix.Signal(guard.Id, Posix.Kill);
        await Wait.UntilAsync(() => !guard.IsAlive, () => "the guard lives", Token);
        await UntilGuardedAsync();
        await gateway.SignalAsync(Posix.Kill, Token);

        await _remains.UntilNoneAsync(Token);
        Assert.Contains(gateway.Errors, line => line.Contains("another one is started", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(Posix.Terminate)]
    [InlineData(Posix.Interrupt)]
    [InlineData(1)]
    public async Task Signal_ToTheGuard_DoesNothing(int signal)
    {
        await using var gateway = await StartAsync(BadServers.Named("daemon", _bad.Daemon));
        var guard = await UntilGuardedAsync();

        Posix.Signal(guard.Id, signal);
        await gateway.SignalAsync(Posix.Kill, Token);

        Assert.True(guard.IsAlive);
        await _remains.UntilNoneAsync(Token);
    }

    [Fact]
    public async Task Guard_OfAGateway_HoldsNothingOfItOpen()
    {
        await using var gateway = await StartAsync(BadServers.Named("stubborn", _bad.Stubborn));
        var guard = await UntilGuardedAsync();
        string?[] ours = [Link(gateway.Id, 0), Link(gateway.Id, 1), Link(gateway.Id, 2)];
        var theirs = Enumerable.Range(0, 3).Select(descriptor => Link(guard.Id, descriptor)).ToList();

        // Waits for the end of its stdout and stderr too: a supervisor that does so is not kept waiting by the guard.
        await gateway.SignalAsync(Posix.Kill, Token);

        Assert.All(ours, Assert.NotNull);
        Assert.DoesNotContain(theirs, ours.Contains);
        Assert.NotEmpty(_remains.Guards); // The server gives it some seconds' work.
        await _remains.UntilNoneAsync(Token);
    }

    [Fact]
    public async Task Guard_OfAGateway_IsInASessionOfItsOwnAndKnowsNoSecrets()
    {
        await using var gateway = await StartAsync(BadServers.Named("daemon", _bad.Daemon), start => start.Environment["SECRET"] = "s3cr3t");
        var guard = await UntilGuardedAsync();

        var session = (await File.ReadAllTextAsync($"/proc/{guard.Id}/stat", Token)).Split(") ")[1].Split(' ')[3];
        var environment = (await File.ReadAllTextAsync($"/proc/{guard.Id}/environ", Token)).Split('\0', StringSplitOptions.RemoveEmptyEntries);

        Assert.Equal($"{guard.Id}", session);
        Assert.All(environment, variable => Assert.StartsWith("PATH=", variable, StringComparison.Ordinal));
        await gateway.StopAsync(Token);
    }

    [Fact]
    public async Task Gateway_OfRemoteServersOnly_HasNoGuard()
    {
        await using var gateway = await StartAsync([], start => start.Environment["McpProxy__Backends__default__Url"] = "http://127.0.0.1:9/mcp");

        Assert.Empty(_remains.All);
        Assert.Equal(0, await gateway.StopAsync(Token));
    }

    [Fact]
    public async Task Gateway_WhereTheGuardCannotRun_SaysSoOnceAndServes()
    {
        await using var gateway = await StartAsync(
            [.. BadServers.Named("a", "x"), "--named-server", "b", "/bin/sh -c 'echo one >&2; read x'", "--named-server", "c", "/bin/sh -c 'echo two >&2; read x'"],
            start => start.Environment["PATH"] = "/nowhere");

        await Wait.UntilAsync(() => gateway.Errors.Any(line => line.EndsWith("two", StringComparison.Ordinal)), gateway.Describe, Token);

        Assert.Single(gateway.Errors, line => line.Contains("No guard", StringComparison.Ordinal));
        Assert.Equal(0, await gateway.StopAsync(Token));
        Assert.Empty(_remains.All);
    }

    [Fact]
    public async Task Gateway_BelowAnotherOne_IsItsChildWithAllItsOwn()
    {
        await using var gateway = await StartAsync(
            BadServers.Named("inner", _bad.Nested(ArtifactPaths.McpProxy)), start => start.ArgumentList.Insert(0, "--pass-environment"));
        await Wait.UntilAsync(() => _remains.Guards.Count == 2, gateway.Describe, Token);
        await _remains.UntilServersAsync(3, Token);

        await gateway.SignalAsync(Posix.Kill, Token);

        await _remains.UntilNoneAsync(Token);
    }

    private static string? Link(int process, int descriptor) => new FileInfo($"/proc/{process}/fd/{descriptor}").LinkTarget;

    private async Task<ProcessIdentity> UntilGuardedAsync()
    {
        // It ignores signals, then redirects its output, as the first things that it does.
        await Wait.UntilAsync(
            () => _remains.Guards is [var guard] && Link(guard.Id, 1) == "/dev/null", () => $"guards: {string.Join(", ", _remains.Guards)}", Token);
        return _remains.Guards[0];
    }

    private Task<McpProxyProcess> StartAsync(IEnumerable<string> arguments, Action<ProcessStartInfo>? configure = null) =>
        McpProxyProcess.StartAsync(["--port", "0", .. arguments], Token, start =>
        {
            configure?.Invoke(start);
            _remains.Mark(start);
        });
}
