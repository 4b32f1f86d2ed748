using System.Text.Json.Nodes;
using McpProxy.EndToEnd.Tests.Harness;
using McpProxy.EndToEnd.Tests.Wire;

namespace McpProxy.EndToEnd.Tests.Bridge;

/// <summary>HTTP+SSE of 2024-11-05 as the server sees it, and its bad moments.</summary>
public sealed class HttpSseTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Headers_AreThoseOfTheTransport()
    {
        await using var server = await RemoteServer.StartAsync(Token);
        _ = new SsePeer(server, "/messages/?session_id=a%2Fb&x=1");
        await using var bridge = await ConnectAsync(server);
        await bridge.RequestAsync(Rpc.Request(1, "ping"), 1, Token);

        var get = server.Requests.First();
        Assert.Equal(("GET", "/sse"), (get.Method, get.Path));
        Assert.Contains("text/event-stream", get.Header("Accept"), StringComparison.Ordinal);
        Assert.All(server.Requests.Skip(1), post =>
        {
            Assert.Equal(("POST", "/messages/?session_id=a%2Fb&x=1"), (post.Method, post.Path));
            Assert.Equal("application/json", post.Header("Content-Type")?.Split(';')[0]);
            Assert.Null(post.Header("Mcp-Session-Id"));
        });
    }

    [Fact]
    public async Task Input_EndsWithARequestPending_ItIsStillAnsweredAndTheStreamIsClosed()
    {
        await using var server = await RemoteServer.StartAsync(Token);
        var peer = new SsePeer(server, "/messages") { Unanswered = "tools/call" };
        await using var bridge = await ConnectAsync(server);
        await bridge.SendAsync(Rpc.Call("last", "t", new { }), Token);
        await Wait.UntilAsync(() => server.Of("tools/call").Count == 1, bridge.Describe, Token);

        var closing = bridge.CloseAsync(Token);
        await peer.SendAsync("event: message\ndata: {\"jsonrpc\":\"2.0\",\"id\":\"last\",\"result\":{}}\n\n");

        Assert.Equal(0, await closing);
        Assert.NotNull(JsonNode.Parse(await bridge.ResponseAsync("last", Token))!["result"]);
        await Wait.UntilAsync(() => peer.Closed == 1, bridge.Describe, Token);
    }

    [Fact]
    public async Task Stream_LostWhileIdle_IsOpenedByTheNextCallAndStateIsThere()
    {
        await using var server = await RemoteServer.StartAsync(Token);
        var peer = new SsePeer(server, "/messages?s=1");
        await using var bridge = await ConnectAsync(server);
        await bridge.RequestAsync(Rpc.Request(1, "logging/setLevel", """{"level":"error"}"""), 1, Token);

        peer.Cut();
        var answer = JsonNode.Parse(await bridge.RequestAsync(Rpc.Call(2, "t", new { }), 2, Token));

        // Its first try may have gone down with the stream; then it may have been carried out, and the host is told.
        if (answer!["error"] is not null)
        {
            answer = JsonNode.Parse(await bridge.RequestAsync(Rpc.Call(3, "t", new { }), 3, Token));
        }

        Assert.True(answer!["result"] is not null, bridge.Describe());
        Assert.Equal(2, peer.Streams);
        var posts = server.Requests.Where(request => request.Method == "POST").Select(request => request.Rpc).ToList();
        Assert.Equal(2, posts.Count(rpc => rpc == "initialize"));
        Assert.Equal(2, posts.Count(rpc => rpc == "logging/setLevel"));
    }

    [Theory]
    [InlineData(404)]
    [InlineData(400)]
    [InlineData(500)]
    public async Task Post_Refused_IsAnErrorOrTriedInANewSession_NeverALostCall(int status)
    {
        await using var server = await RemoteServer.StartAsync(Token);
        var peer = new SsePeer(server, "/messages?s=1");
        await using var bridge = await ConnectAsync(server);
        var inner = server.Script!;
        var isRefused = false;
        server.Script = async (context, request) =>
        {
            if (request.Rpc == "tools/call" && !isRefused)
            {
                isRefused = true;
                context.Response.StatusCode = status;
                return true;
            }

            return await inner(context, request);
        };

        var first = JsonNode.Parse(await bridge.RequestAsync(Rpc.Call(1, "t", new { }), 1, Token));
        var second = JsonNode.Parse(await bridge.RequestAsync(Rpc.Call(2, "t", new { }), 2, Token));

        Assert.True(first!["result"] is not null || first["error"] is not null, bridge.Describe());
        Assert.True(second!["result"] is not null, bridge.Describe());
        Assert.InRange(server.Of("tools/call").Count(request => request.Id == "1"), 1, 2);
        Assert.InRange(peer.Streams, 1, 2);
    }

    [Fact]
    public async Task Endpoint_ThatNeverComes_FailsWithinTheConnectTimeout()
    {
        await using var server = await RemoteServer.StartAsync(Token);
        server.Script = async (context, _) =>
        {
            await RemoteServer.EventsAsync(context, ": nothing yet\n\n");
            await Task.Delay(Timeout.Infinite, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return true;
        };
        await using var bridge = BridgeHost.Start(["--transport", "sse", "--connect-timeout", "500ms", new Uri(server.Root, "/sse").AbsoluteUri]);

        var answer = JsonNode.Parse(await bridge.RequestAsync(Rpc.Initialize(1), 1, Token));

        Assert.NotEmpty((string)answer!["error"]!["message"]!);
        Assert.DoesNotContain(server.Requests, request => request.Method == "POST");
        Assert.Equal(0, await bridge.CloseAsync(Token));
    }

    [Theory]
    [InlineData(401)]
    [InlineData(404)]
    [InlineData(500)]
    public async Task Get_Refused_IsAnErrorAndTheNextInitializeWorks(int status)
    {
        await using var server = await RemoteServer.StartAsync(Token);
        var peer = new SsePeer(server, "/messages?s=1");
        var inner = server.Script;
        server.Script = (context, _) =>
        {
            context.Response.StatusCode = status;
            return Task.FromResult(true);
        };
        await using var bridge = BridgeHost.Start(["--transport", "sse", "-H", "Authorization", "Bearer mine", new Uri(server.Root, "/sse").AbsoluteUri]);

        var failed = JsonNode.Parse(await bridge.RequestAsync(Rpc.Initialize(1), 1, Token));
        server.Script = inner;
        var answer = JsonNode.Parse(await bridge.RequestAsync(Rpc.Initialize(2), 2, Token));

        Assert.Contains($"{status}", (string)failed!["error"]!["message"]!, StringComparison.Ordinal);
        Assert.True(answer!["result"] is not null, bridge.Describe());
        Assert.Equal(1, peer.Streams);
    }

    private static Task<StdioWire> ConnectAsync(RemoteServer server) =>
        BridgeHost.ConnectAsync(Token, "--transport", "sse", new Uri(server.Root, "/sse").AbsoluteUri);
}
