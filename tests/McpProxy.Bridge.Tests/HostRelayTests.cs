using System.Net;
using McpProxy.Relay.Remote;
using McpProxy.Relay.Tests;
using McpProxy.Relay.Tests.Remote;

namespace McpProxy.Bridge.Tests;

public sealed class HostRelayTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact(Timeout = Eventually.Deadline)]
    public async Task RunAsync_HandshakeAndCalls_AreRelayedByteForByte()
    {
        const string Call = """{ "jsonrpc":"2.0","id" : "a",  "method":"tools/call","params":{"x":1.0,"y":"\u00e9é"} }""";
        const string Answer = """{"result":{"z":1.50},"id":"a" ,"jsonrpc":"2.0"}""";
        await using var bridge = new BridgeFixture();
        bridge.Server.OnPost("tools/call", () => ScriptedServer.Json(Answer));
        await bridge.InitializeAsync();

        await bridge.WriteAsync(Call);

        Assert.Equal(Answer, await bridge.ReadAsync());
        Assert.Equal([BridgeFixture.Initialize, BridgeFixture.Initialized, Call], Posts(bridge));
        Assert.Empty(await bridge.EndAsync());
        Assert.Equal("session-1", Assert.Single(bridge.Server.Requests, request => request.Method == "DELETE")["Mcp-Session-Id"]);
    }

    [Fact(Timeout = Eventually.Deadline)]
    public async Task RunAsync_ServerAsksTheHost_TheAnswerGoesBack()
    {
        const string Answer = """{"jsonrpc":"2.0","id":1,"result":{"roots":[]}}""";
        await using var bridge = new BridgeFixture();
        var stream = new ServerStream().Event(BridgeFixture.Request("1", "roots/list"));
        bridge.Server.OnPost("tools/call", stream);
        await bridge.InitializeAsync();
        await bridge.WriteAsync(BridgeFixture.Request("1", "tools/call"));
        Assert.Equal(BridgeFixture.Request("1", "roots/list"), await bridge.ReadAsync());

        await bridge.WriteAsync(Answer);
        await bridge.Server.WaitForAsync(request => request.Body == Answer, Token);
        stream.Event(BridgeFixture.Result("1")).End();

        Assert.Equal(BridgeFixture.Result("1"), await bridge.ReadAsync());
        Assert.Empty(await bridge.EndAsync());
    }

    /// <summary>As a script does it.</summary>
    [Fact(Timeout = Eventually.Deadline)]
    public async Task StdinEnds_AllWasWrittenAtOnce_EverythingIsAnsweredInItsSession()
    {
        await using var bridge = new BridgeFixture();
        await bridge.WriteAsync(BridgeFixture.Initialize, BridgeFixture.Initialized, BridgeFixture.Request("1"));

        Assert.Equal($"{BridgeFixture.Result("0")}\n{BridgeFixture.Result("1")}\n", await bridge.EndAsync());
        Assert.Single(bridge.Server.Requests, request => request.Posts("\"initialize\""));
    }

    [Fact(Timeout = Eventually.Deadline)]
    public async Task StdinEnds_ReplyPending_IsWaitedFor()
    {
        await using var bridge = new BridgeFixture();
        var stream = new ServerStream();
        bridge.Server.OnPost("tools/call", stream);
        await bridge.InitializeAsync();
        await bridge.WriteAsync(BridgeFixture.Request("1", "tools/call"));

        var ending = bridge.EndAsync();
        await bridge.Server.WaitForAsync(request => request.Posts("tools/call"), Token);
        Assert.False(bridge.Running.IsCompleted);
        stream.Event(BridgeFixture.Result("1")).End();

        Assert.Equal(BridgeFixture.Result("1") + "\n", await ending);
        Assert.Equal("DELETE", bridge.Server.Requests[^1].Method);
    }

    [Fact(Timeout = Eventually.Deadline)]
    public async Task StdinEnds_ReplyDoesNotCome_TheCallIsAnsweredWithAnError()
    {
        await using var bridge = new BridgeFixture(shutdownTimeout: TimeSpan.FromMilliseconds(50));
        _ = bridge.Server.Hangs("tools/call");
        await bridge.InitializeAsync();
        await bridge.WriteAsync([.. Enumerable.Range(1, 100).Select(id => BridgeFixture.Request($"{id}", "tools/call"))]);
        await bridge.Server.WaitForAsync(request => request.Posts("tools/call"), Token, 100);

        var rest = await bridge.EndAsync();

        Assert.Equal(100, rest.Split(RemoteFault.Closed.Text).Length - 1);
    }

    [Fact(Timeout = Eventually.Deadline)]
    public async Task Cancelled_Idle_EndsTheSession()
    {
        await using var bridge = new BridgeFixture();
        await bridge.InitializeAsync();
        await bridge.Server.WaitForAsync(request => request.Posts("initialized"), Token);

        await bridge.CancelAsync();

        Assert.Null(await bridge.Running);
        Assert.Null(await bridge.ReadAsync());
        Assert.Equal("DELETE", bridge.Server.Requests[^1].Method);
    }

    [Fact(Timeout = Eventually.Deadline)]
    public async Task StdoutBreaks_EndsTheSession()
    {
        await using var bridge = new BridgeFixture();
        await bridge.InitializeAsync();

        await bridge.CloseStdoutAsync();
        await bridge.WriteAsync(BridgeFixture.Request("1"));

        Assert.Equal("Broken pipe", (await bridge.Running)?.Message);
        Assert.Equal("DELETE", bridge.Server.Requests[^1].Method);
    }

    [Fact(Timeout = Eventually.Deadline)]
    public async Task Stdin_Junk_IsAnsweredAndEndsNothing()
    {
        await using var bridge = new BridgeFixture();
        await bridge.WriteAsync("junk", """{"jsonrpc":"1.0","id":7,"method":"x"}""");
        Assert.Contains("\"id\":null,\"error\":{\"code\":-32700", await bridge.ReadAsync(), StringComparison.Ordinal);
        Assert.Contains("\"id\":7,\"error\":{\"code\":-32600", await bridge.ReadAsync(), StringComparison.Ordinal);

        await bridge.InitializeAsync();

        Assert.Empty(await bridge.EndAsync());
    }

    /// <summary>Its id is the server's, and the host may have a request of its own with that id in flight.</summary>
    [Fact(Timeout = Eventually.Deadline)]
    public async Task Stdin_BrokenAnswer_IsRefusedWithoutItsId()
    {
        await using var bridge = new BridgeFixture();

        await bridge.WriteAsync("""{"id":7,"result":{}}""");

        Assert.Contains("\"id\":null,\"error\"", await bridge.ReadAsync(), StringComparison.Ordinal);
        Assert.Empty(await bridge.EndAsync());
    }

    [Fact(Timeout = Eventually.Deadline)]
    public async Task Server_Unreachable_CallsFailAndTheNextConnects()
    {
        await using var bridge = new BridgeFixture();
        var isDown = true;
        bridge.Server.On(request => request.Method == "POST" && Volatile.Read(ref isDown), () => throw new HttpRequestException(HttpRequestError.ConnectionError));
        await bridge.WriteAsync(BridgeFixture.Initialize);
        Assert.Contains(RemoteFault.Unreachable.Text, await bridge.ReadAsync(), StringComparison.Ordinal);

        Volatile.Write(ref isDown, false);
        await bridge.InitializeAsync();

        Assert.Empty(await bridge.EndAsync());
    }

    [Fact(Timeout = Eventually.Deadline)]
    public async Task Host_InitializesAnew_GetsANewSession()
    {
        await using var bridge = new BridgeFixture();
        await bridge.InitializeAsync();

        await bridge.InitializeAsync();
        await bridge.WriteAsync(BridgeFixture.Request("1"));

        Assert.Equal(BridgeFixture.Result("1"), await bridge.ReadAsync());
        Assert.Empty(await bridge.EndAsync());
        Assert.Equal(["session-1", "session-2"], bridge.Server.Requests.Where(request => request.Method == "DELETE").Select(request => request["Mcp-Session-Id"]));
    }

    [Fact(Timeout = Eventually.Deadline)]
    public async Task Host_DoesNotInitialize_IsRelayedAllTheSame()
    {
        await using var bridge = new BridgeFixture();
        bridge.Server.OnPost("server/discover", () => ScriptedServer.Json(BridgeFixture.Result("1"), HttpStatusCode.OK));

        await bridge.WriteAsync(BridgeFixture.Request("1", "server/discover"));

        Assert.Equal(BridgeFixture.Result("1"), await bridge.ReadAsync());
        Assert.Empty(await bridge.EndAsync());
    }

    private static IEnumerable<string> Posts(BridgeFixture bridge) => bridge.Server.Requests.Where(request => request.Method == "POST").Select(request => request.Body);
}
