using System.Diagnostics;
using System.Text.Json.Nodes;
using McpProxy.EndToEnd.Tests.Harness;
using McpProxy.EndToEnd.Tests.Wire;

namespace McpProxy.EndToEnd.Tests.Bridge;

/// <summary>How the bridge ends: with its host, whatever becomes of that, and with a goodbye to the server.</summary>
public sealed class EndTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(Posix.Terminate)]
    [InlineData(Posix.Interrupt)]
    public async Task Signal_LetsPendingAnswersComeAndEndsTheSession(int signal)
    {
        Posix.SkipUnlessDelivered(signal);
        await using var server = await RemoteServer.StartAsync(Token);
        var isReleased = new TaskCompletionSource();
        server.Script = async (_, request) =>
        {
            await (request.Rpc == "tools/call" ? isReleased.Task : Task.CompletedTask);
            return false;
        };
        await using var bridge = await BridgeHost.ConnectAsync(Token, server.Mcp.AbsoluteUri);
        await bridge.SendAsync(Rpc.Call("last", "t", new { }), Token);
        await Wait.UntilAsync(() => server.Of("tools/call").Count == 1, bridge.Describe, Token);

        Posix.Signal(bridge.Id, signal);
        isReleased.SetResult();

        Assert.Equal(0, await bridge.WaitForExitAsync(Token));
        Assert.NotNull(JsonNode.Parse(await bridge.ResponseAsync("last", Token))!["result"]);
        Assert.Equal("DELETE", server.Requests.Last().Method);
    }

    [Fact]
    public async Task Input_EndsWhileACallHangs_IsGivenUpAfterTheShutdownTimeout()
    {
        await using var server = await RemoteServer.StartAsync(Token);
        server.Script = async (context, request) =>
        {
            if (request.Rpc == "tools/call")
            {
                await Task.Delay(Timeout.Infinite, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }

            return request.Rpc == "tools/call";
        };
        await using var bridge = await BridgeHost.ConnectAsync(Token, "--shutdown-timeout", "300ms", server.Mcp.AbsoluteUri);
        await bridge.SendAsync(Rpc.Call("last", "t", new { }), Token);
        await Wait.UntilAsync(() => server.Of("tools/call").Count == 1, bridge.Describe, Token);

        Assert.Equal(0, await bridge.CloseAsync(Token));
        Assert.NotNull(JsonNode.Parse(await bridge.ResponseAsync("last", Token))!["error"]);
    }

    [Fact]
    public async Task Host_Killed_TakesTheBridgeWithIt()
    {
        await using var server = await RemoteServer.StartAsync(Token);
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Needs /proc and signals.");
        // A host, and its end of the bridge's stdin; both die without a word.
        await using var host = new CapturedProcess(new ProcessStartInfo("/bin/sh", ["-c", "sleep 600 | \"$0\" \"$1\"", ArtifactPaths.McpProxy, server.Mcp.AbsoluteUri]));
        await Wait.UntilAsync(() => host.Errors.Any(line => line.Contains("Relaying", StringComparison.Ordinal)), host.Describe, Token);
        var all = ProcessTree.Descendants(host.Id);
        var bridge = Assert.Single(all, process => NameOf(process) == "mcp-proxy");

        Posix.Signal(host.Id, Posix.Kill);
        foreach (var process in all.Where(process => process != bridge))
        {
            Posix.Signal(process.Id, Posix.Kill);
        }

        await Wait.UntilAsync(() => !bridge.IsAlive, host.Describe, Token);
    }

    private static string NameOf(ProcessIdentity process) => File.ReadAllText($"/proc/{process.Id}/comm").Trim();
}
