using System.Text.Json.Nodes;
using McpProxy.EndToEnd.Tests.Harness;
using McpProxy.EndToEnd.Tests.Wire;

namespace McpProxy.EndToEnd.Tests.Bridge;

/// <summary>A host and a server of revision 2024-11-05: one stream down for everything.</summary>
public sealed class SseRecoveryTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("/messages?session=1")]
    [InlineData("messages?session=1")]
    [InlineData("ABSOLUTE/messages?session=1")]
    public async Task Endpoint_RelativeOrAbsolute_IsWhereMessagesGo(string endpoint)
    {
        await using var server = await RemoteServer.StartAsync(Token);
        var peer = new SsePeer(server, endpoint);
        await using var bridge = BridgeHost.Start(["--transport", "sse", "-H", "X-Mine", "1", new Uri(server.Root, "/sse").AbsoluteUri]);

        await bridge.RequestAsync(Rpc.Initialize(1), 1, Token);

        var post = Assert.Single(server.Requests, request => request.Method == "POST");
        Assert.Equal("/messages?session=1", post.Path);
        Assert.All(server.Requests, request => Assert.Equal("1", request.Header("X-Mine")));
        Assert.Equal(1, peer.Streams);
    }

    [Fact]
    public async Task Endpoint_AtAnotherServer_IsRefused()
    {
        await using var server = await RemoteServer.StartAsync(Token);
        await using var other = await RemoteServer.StartAsync(Token);
        _ = new SsePeer(server, new Uri(other.Root, "/messages").AbsoluteUri);
        await using var bridge = BridgeHost.Start(["--transport", "sse", "-H", "Authorization", "secret", new Uri(server.Root, "/sse").AbsoluteUri]);

        var answer = JsonNode.Parse(await bridge.RequestAsync(Rpc.Initialize(1), 1, Token));

        Assert.NotNull(answer!["error"]);
        Assert.Empty(other.Requests);
    }

    [Fact]
    public async Task Stream_ThatEndsInTheMiddleOfACall_FailsItAtOnceAndIsOpenedAgain()
    {
        await using var server = await RemoteServer.StartAsync(Token);
        var peer = new SsePeer(server, "/messages?session=1") { Unanswered = "tools/call" };
        await using var bridge = await BridgeHost.ConnectAsync(Token, "--transport", "sse", new Uri(server.Root, "/sse").AbsoluteUri);

        await bridge.SendAsync(Rpc.Call("long", "t", new { }), Token);
        await Wait.UntilAsync(() => server.Of("tools/call").Count == 1, bridge.Describe, Token);
        peer.Cut();
        var failed = JsonNode.Parse(await bridge.ResponseAsync("long", Token));
        var answer = JsonNode.Parse(await bridge.RequestAsync(Rpc.Request("next", "ping"), "next", Token));

        Assert.Contains("may have been carried out", (string?)failed!["error"]!["message"], StringComparison.Ordinal);
        Assert.True(answer!["result"] is not null, bridge.Describe());
        Assert.Equal(2, peer.Streams);
        Assert.Equal(["initialize", "notifications/initialized", "ping"], server.Requests.Where(request => request.Method == "POST").TakeLast(3).Select(request => request.Rpc));
        Assert.Single(server.Of("tools/call"));
    }

    [Fact]
    public async Task Stream_WithGarbage_AnswersTheOthers()
    {
        await using var server = await RemoteServer.StartAsync(Token);
        var peer = new SsePeer(server, "/messages?session=1") { Unanswered = "tools/call" };
        await using var bridge = await BridgeHost.ConnectAsync(Token, "--transport", "sse", new Uri(server.Root, "/sse").AbsoluteUri);
        await bridge.SendAsync(Rpc.Call(5, "t", new { }), Token);
        await Wait.UntilAsync(() => server.Of("tools/call").Count == 1, bridge.Describe, Token);

        await peer.SendAsync("event: message\ndata: {garbage\n\nevent: other\ndata: x\n\nevent: message\ndata: {\"jsonrpc\":\"2.0\",\"id\":5}\n\n");
        var broken = JsonNode.Parse(await bridge.ResponseAsync(5, Token));
        var answer = JsonNode.Parse(await bridge.RequestAsync(Rpc.Request(6, "ping"), 6, Token));

        Assert.True(broken!["error"] is not null, bridge.Describe());
        Assert.True(answer!["result"] is not null, bridge.Describe());
    }
}
