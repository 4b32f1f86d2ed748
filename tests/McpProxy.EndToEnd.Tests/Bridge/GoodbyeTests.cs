using System.Text.Json.Nodes;
using McpProxy.EndToEnd.Tests.Harness;
using McpProxy.EndToEnd.Tests.Wire;

namespace McpProxy.EndToEnd.Tests.Bridge;

/// <summary>Input that ends at odd moments: the bridge leaves soon, with 0, and says goodbye when there is somebody to say it to.</summary>
public sealed class GoodbyeTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Input_EmptyFromTheStart_EndsAndNobodyIsCalled()
    {
        await using var server = await RemoteServer.StartAsync(Token);
        await using var bridge = BridgeHost.Start([server.Mcp.AbsoluteUri]);

        Assert.Equal(0, await bridge.CloseAsync(Token));
        Assert.Empty(bridge.Lines);
        Assert.DoesNotContain(server.Requests, request => request.Method != "DELETE");
    }

    [Fact]
    public async Task Input_EndsBehindInitialize_ItIsAnsweredAndTheSessionDeleted()
    {
        await using var server = await RemoteServer.StartAsync(Token);
        await using var bridge = BridgeHost.Start([server.Mcp.AbsoluteUri]);

        await bridge.SendAsync(Rpc.Initialize(1), Token);

        Assert.Equal(0, await bridge.CloseAsync(Token));
        Assert.NotNull(JsonNode.Parse(await bridge.ResponseAsync(1, Token))!["result"]);
        Assert.Equal(("DELETE", 1), (server.Requests.Last().Method, server.Requests.Count(request => request.Method == "DELETE")));
    }

    [Fact]
    public async Task Input_EndsBehindEverythingAtOnce_AllIsAnswered()
    {
        await using var server = await RemoteServer.StartAsync(Token);
        await using var bridge = BridgeHost.Start([server.Mcp.AbsoluteUri]);
        var calls = Enumerable.Range(0, 50).Select(id => Rpc.Call(id, "t", new { }));

        await bridge.SendAsync(string.Join('\n', [Rpc.Initialize("init"), Rpc.Initialized, .. calls]), Token);

        Assert.Equal(0, await bridge.CloseAsync(Token));
        Assert.Equal(51, bridge.Lines.Count(line => JsonNode.Parse(line)!["result"] is not null));
        Assert.Equal(50, server.Executions);
        Assert.Equal("DELETE", server.Requests.Last().Method);
    }

    [Theory]
    [InlineData(405)]
    [InlineData(500)]
    [InlineData(0)]
    public async Task Delete_RefusedOrNeverAnswered_HoldsNothingUp(int status)
    {
        await using var server = await RemoteServer.StartAsync(Token);
        server.Script = async (context, request) =>
        {
            if (request.Method == "DELETE" && status == 0)
            {
                await Task.Delay(Timeout.Infinite, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }

            context.Response.StatusCode = request.Method == "DELETE" ? status : 200;
            return request.Method == "DELETE";
        };
        await using var bridge = await BridgeHost.ConnectAsync(Token, "--shutdown-timeout", "1s", server.Mcp.AbsoluteUri);

        Assert.Equal(0, await bridge.CloseAsync(Token));
        Assert.Equal("DELETE", server.Requests.Last().Method);
    }

    [Fact]
    public async Task Input_EndsWhileTheServerIsBlackHoled_EndsWithinTheShutdownTimeout()
    {
        await using var server = await RemoteServer.StartAsync(Token);
        server.Script = async (context, _) =>
        {
            await Task.Delay(Timeout.Infinite, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return true;
        };
        await using var bridge = BridgeHost.Start(["--shutdown-timeout", "500ms", "--connect-timeout", "10m", server.Mcp.AbsoluteUri]);
        await bridge.SendAsync(Rpc.Initialize(1), Token);
        await Wait.UntilAsync(() => !server.Requests.IsEmpty, bridge.Describe, Token);

        Assert.Equal(0, await bridge.CloseAsync(Token));
        Assert.NotNull(JsonNode.Parse(await bridge.ResponseAsync(1, Token))!["error"]);
    }

    [Fact]
    public async Task Input_EndsWhileTheServerIsGone_Ends()
    {
        var server = await RemoteServer.StartAsync(Token);
        await using var bridge = await BridgeHost.ConnectAsync(Token, server.Mcp.AbsoluteUri);

        await server.DisposeAsync();

        Assert.Equal(0, await bridge.CloseAsync(Token));
    }

    // A subscription has no answer to wait for, however long other answers may take.
    [Fact]
    public async Task Input_EndsWhileAModernStreamIsOpen_ClosesItAndEnds()
    {
        await using var server = await RemoteServer.StartAsync(Token);
        var closed = new TaskCompletionSource();
        server.Script = async (context, _) =>
        {
            await RemoteServer.EventsAsync(context, "data: {\"jsonrpc\":\"2.0\",\"method\":\"notifications/subscriptions/acknowledged\"}\n\n");
            await Task.Delay(Timeout.Infinite, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            closed.SetResult();
            return true;
        };
        await using var bridge = BridgeHost.Start(["--shutdown-timeout", "5m", server.Mcp.AbsoluteUri]);
        await bridge.SendAsync(Rpc.Modern("sub", "subscriptions/listen", new JsonObject { ["notifications"] = new JsonObject() }), Token);
        await Wait.UntilAsync(() => bridge.Lines.Count == 1, bridge.Describe, Token);

        Assert.Equal(0, await bridge.CloseAsync(Token));
        await closed.Task.WaitAsync(Wait.Patience, Token);
        Assert.DoesNotContain(server.Requests, request => request.Method != "POST");
    }

    [Fact]
    public async Task Output_ThatNobodyReadsAnyMore_EndsTheBridge()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Needs a shell.");
        await using var server = await RemoteServer.StartAsync(Token);
        // stdin stays open; the reader of stdout leaves after the first line.
        var script = $"(printf '%s\\n' \"$1\"; sleep 1; printf '%s\\n' \"$2\" \"$2\"; exec sleep 600) | {{ \"$0\" \"$3\"; echo \"exit $?\" >&2; }} | head -n 1";
        await using var shell = new CapturedProcess(new System.Diagnostics.ProcessStartInfo("/bin/sh", ["-c", script, ArtifactPaths.McpProxy, Rpc.Initialize(1), Rpc.Request(2, "ping"), server.Mcp.AbsoluteUri]));

        await Wait.UntilAsync(() => shell.Errors.Any(line => line.StartsWith("exit ", StringComparison.Ordinal)), shell.Describe, Token);

        Assert.Equal("DELETE", server.Requests.Last().Method);
    }
}
