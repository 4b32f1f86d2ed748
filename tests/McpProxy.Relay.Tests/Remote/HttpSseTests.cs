using System.Net;
using McpProxy.Relay.Remote;

namespace McpProxy.Relay.Tests.Remote;

/// <summary>The transport of 2024-11-05 (basic/transports, HTTP with SSE).</summary>
public sealed class HttpSseTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory(Timeout = Eventually.Deadline)]
    [InlineData("/messages/?session_id=1", "http://server.example/messages/?session_id=1")]
    [InlineData("messages?s=é", "http://server.example/messages?s=%C3%A9")]
    [InlineData("http://SERVER.example:80/m", "http://server.example/m")]
    public async Task Endpoint_OfTheSameServer_TakesTheMessages(string endpoint, string expected)
    {
        await using var remote = new RemoteFixture(RemoteKind.HttpSse);
        var stream = new ServerStream().Write($"event: endpoint\ndata: {endpoint}\n\n");
        remote.Server.OnGet(stream).OnPost("tools/list", () => ScriptedServer.Status(HttpStatusCode.Accepted));

        await remote.SendAsync(RemoteFixture.Request("1"));
        await remote.Server.WaitForAsync(request => request.Posts("tools/list"), Token);
        stream.Event(RemoteFixture.Result("1"));

        Assert.Equal(RemoteFixture.Result("1"), await remote.ReceiveAsync());
        Assert.Equal(expected, remote.Server.Requests[^1].Uri.AbsoluteUri);
        Assert.Equal(RemoteKind.HttpSse, remote.Transport.Kind);
        await remote.EndAsync();
        await stream.Closed;
    }

    [Theory(Timeout = Eventually.Deadline)]
    [InlineData("http://elsewhere.example/m")]
    [InlineData("https://server.example/m")]
    [InlineData("http://server.example:81/m")]
    [InlineData("//elsewhere.example/m")]
    public async Task Endpoint_Elsewhere_IsNotFollowed(string endpoint)
    {
        await using var remote = new RemoteFixture(RemoteKind.HttpSse);
        var stream = new ServerStream().Write($"event: endpoint\ndata: {endpoint}\n\n");
        remote.Server.OnGet(stream);

        await remote.SendAsync(RemoteFixture.Request("1"));

        Assert.Contains(RemoteFault.ForeignEndpoint.Text, await remote.ReceiveAsync(), StringComparison.Ordinal);
        Assert.DoesNotContain(remote.Server.Requests, request => request.Method == "POST");
        await stream.Closed;
        await remote.EndAsync();
    }

    [Theory(Timeout = Eventually.Deadline)]
    [InlineData("messages")]
    [InlineData("/sse/messages")]
    [InlineData("https://server.example/sse/messages")]
    public async Task Endpoint_AfterARedirect_IsOfTheServerThatAnswered(string endpoint)
    {
        await using var remote = new RemoteFixture(RemoteKind.HttpSse);
        var stream = new ServerStream().Write($"event: endpoint\ndata: {endpoint}\n\n");
        remote.Server.OnGet(stream).OnPost("tools/list", () => ScriptedServer.Status(HttpStatusCode.Accepted)).On(request => request.Uri.AbsolutePath == "/mcp", () =>
            new HttpResponseMessage(HttpStatusCode.TemporaryRedirect) { Headers = { Location = new Uri("https://server.example/sse/") } });

        await remote.SendAsync(RemoteFixture.Request("1"));
        await remote.Server.WaitForAsync(request => request.Posts("tools/list"), Token);
        stream.Event(RemoteFixture.Result("1"));

        Assert.Equal(RemoteFixture.Result("1"), await remote.ReceiveAsync());
        Assert.Equal("https://server.example/sse/messages", remote.Server.Requests[^1].Uri.AbsoluteUri);
        await remote.EndAsync();
    }

    [Fact(Timeout = Eventually.Deadline)]
    public async Task Stream_Ends_CallsFailAtOnceAndTheSessionEnds()
    {
        await using var remote = new RemoteFixture(RemoteKind.HttpSse);
        var stream = Open(remote);
        await remote.SendAsync(RemoteFixture.Request("1"), RemoteFixture.Request("2"));
        await remote.Server.WaitForAsync(request => request.Posts("tools/list"), Token, 2);

        stream.End(new IOException());

        var answers = await remote.ReceiveToEndAsync();
        Assert.Equal(2, answers.Count);
        Assert.All(answers, answer => Assert.Contains(RemoteFault.ConnectionLost.Text, answer, StringComparison.Ordinal));
        Assert.Equal(RemoteFault.ConnectionLost, remote.Transport.Ended);
        await remote.EndAsync();
    }

    [Fact(Timeout = Eventually.Deadline)]
    public async Task Stream_Garbage_EndsNobodysSession()
    {
        await using var remote = new RemoteFixture(RemoteKind.HttpSse);
        var stream = Open(remote);
        await remote.SendAsync(RemoteFixture.Request("1"), RemoteFixture.Request("2"));
        await remote.Server.WaitForAsync(request => request.Posts("tools/list"), Token, 2);

        stream.Event("junk").Write(": comment\n\nevent: other\ndata: {}\n\nevent: endpoint\ndata: /other\n\n").Event("""{"id":1,"result":{}}""").Event(RemoteFixture.Result("2"));

        Assert.Contains(RemoteFault.NoMessage.Text, await remote.ReceiveAsync(), StringComparison.Ordinal);
        Assert.Equal(RemoteFixture.Result("2"), await remote.ReceiveAsync());
        await remote.EndAsync();
    }

    [Fact(Timeout = Eventually.Deadline)]
    public async Task Post_Refused_TheCallFails()
    {
        await using var remote = new RemoteFixture(RemoteKind.HttpSse);
        _ = Open(remote);
        remote.Server.OnPost("tools/list", () => ScriptedServer.Status(HttpStatusCode.BadGateway));

        await remote.SendAsync(RemoteFixture.Request("1"));

        Assert.Contains("HTTP 502", await remote.ReceiveAsync(), StringComparison.Ordinal);
        Assert.Null(remote.Transport.Ended);
        await remote.EndAsync();
    }

    [Fact(Timeout = Eventually.Deadline)]
    public async Task Post_NotFound_IsGivenBackAndTheSessionEnds()
    {
        await using var remote = new RemoteFixture(RemoteKind.HttpSse);
        _ = Open(remote);
        remote.Server.OnPost("tools/list", () => ScriptedServer.Status(HttpStatusCode.NotFound));

        await remote.SendAsync(RemoteFixture.Request("1"));

        Assert.Equal("Broken", await remote.ReceiveAsync());
        using var unsent = Assert.Single(remote.Transport.TakeUnsent());
        Assert.Equal(RemoteFixture.Request("1"), System.Text.Encoding.UTF8.GetString(unsent.ToArray()));
        unsent.Dispose();
        await remote.EndAsync();
    }

    [Fact(Timeout = Eventually.Deadline)]
    public async Task Cancelled_ServerObeys_TheCallEndsWithoutAnAnswer()
    {
        await using var remote = new RemoteFixture(RemoteKind.HttpSse);
        _ = Open(remote);
        await remote.SendAsync(RemoteFixture.Request("1"));
        await remote.Server.WaitForAsync(request => request.Posts("tools/list"), Token);

        await remote.SendAsync("""{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}}""");
        await remote.Time.AdvanceAsync(TimeSpan.FromSeconds(5), Token);

        await Eventually.TrueAsync(() => remote.Transport.InFlight == 0, Token);
        Assert.True(remote.Server.Requests[^1].Posts("notifications/cancelled"));
        await remote.EndAsync();
    }

    [Fact(Timeout = Eventually.Deadline)]
    public async Task Connect_NoEndpointInTime_FailsAndLeavesNoStream()
    {
        await using var remote = new RemoteFixture(RemoteKind.HttpSse);
        var (silent, stream) = (new ServerStream(), new ServerStream().Write("event: endpoint\ndata: /m\n\n"));
        remote.Server.OnGet(silent, stream).OnPost("tools/list", () => ScriptedServer.Status(HttpStatusCode.Accepted));
        await remote.SendAsync(RemoteFixture.Request("1"));
        await remote.Time.AdvanceAsync(TimeSpan.FromSeconds(30), Token);
        Assert.Contains("did not answer in time", await remote.ReceiveAsync(), StringComparison.Ordinal);
        await silent.Closed;

        await remote.SendAsync(RemoteFixture.Request("2"));
        await remote.Server.WaitForAsync(request => request.Posts("tools/list"), Token);
        stream.Event(RemoteFixture.Result("2"));

        Assert.Equal(RemoteFixture.Result("2"), await remote.ReceiveAsync());
        await remote.EndAsync();
    }

    [Fact(Timeout = Eventually.Deadline)]
    public async Task Stream_SilentWhileACallRuns_IsNotTakenForDead()
    {
        await using var remote = new RemoteFixture(RemoteKind.HttpSse);
        var stream = Open(remote);
        await remote.SendAsync(RemoteFixture.Request("1"));
        await remote.Server.WaitForAsync(request => request.Posts("tools/list"), Token);

        await remote.Time.AdvanceAsync(TimeSpan.FromMinutes(5), Token);
        await remote.Time.AdvanceAsync(TimeSpan.FromMinutes(5), Token);
        stream.Event(RemoteFixture.Result("1"));
        Assert.Equal(RemoteFixture.Result("1"), await remote.ReceiveAsync());

        var end = remote.ReceiveAsync();
        await Eventually.TrueAsync(() => { remote.Time.Advance(TimeSpan.FromMinutes(5)); return end.IsCompleted; }, Token);
        Assert.Equal("Broken", await end);
        await stream.Closed;
        await remote.EndAsync();
    }

    private static ServerStream Open(RemoteFixture remote)
    {
        var stream = new ServerStream().Write("event: endpoint\ndata: /messages\n\n");
        remote.Server.On(request => request.Method == "POST", () => ScriptedServer.Status(HttpStatusCode.Accepted)).OnGet(stream);
        return stream;
    }
}
