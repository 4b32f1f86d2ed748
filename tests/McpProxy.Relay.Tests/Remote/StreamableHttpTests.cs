using System.Net;
using McpProxy.Relay.Remote;
using McpProxy.Relay.Transports;

namespace McpProxy.Relay.Tests.Remote;

public sealed class StreamableHttpTests
{
    private const string Progress = """{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":1,"progress":1}}""";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Session management, 2: clients MUST include it in the MCP-Session-Id header on all of their subsequent HTTP requests.</summary>
    [Fact(Timeout = Eventually.Deadline)]
    public async Task Initialize_AnsweredWithSession_LaterMessagesCarryIt()
    {
        await using var remote = new RemoteFixture();
        await remote.InitializeAsync();
        remote.Server.OnPost("tools/list", () => ScriptedServer.Json(RemoteFixture.Result("1")));

        await remote.SendAsync(RemoteFixture.Request("1"));
        await remote.ReceiveAsync();

        Assert.Null(remote.Server.Requests[0]["Mcp-Session-Id"]);
        Assert.All(remote.Server.Requests.Skip(1), request => Assert.Equal(("session-1", "2025-11-25"), (request["Mcp-Session-Id"], request["MCP-Protocol-Version"])));
        await remote.EndAsync();
    }

    [Fact(Timeout = Eventually.Deadline)]
    public async Task Initialize_AnsweredOnAStream_SessionIsKnownBeforeTheAnswerIsPassedOn()
    {
        await using var remote = new RemoteFixture();
        var stream = new ServerStream().Event("""{"jsonrpc":"2.0","id":0,"result":{"protocolVersion":"2025-06-18"}}""");
        stream.Response.Headers.Add("Mcp-Session-Id", "s");
        remote.Server.Initializes().OnPost("\"initialize\"", stream).OnPost("tools/list", () => ScriptedServer.Json(RemoteFixture.Result("1")));

        await remote.SendAsync(RemoteFixture.Initialize);
        await remote.ReceiveAsync();
        await remote.SendAsync(RemoteFixture.Request("1"));

        Assert.Equal(RemoteFixture.Result("1"), await remote.ReceiveAsync());
        Assert.Equal(("s", "2025-06-18"), (remote.Server.Requests[^1]["Mcp-Session-Id"], remote.Server.Requests[^1]["MCP-Protocol-Version"]));
        await remote.EndAsync();
    }

    [Fact(Timeout = Eventually.Deadline)]
    public async Task Initialize_NotAnsweredYet_WhatFollowsWaitsForTheSession()
    {
        await using var remote = new RemoteFixture();
        var stream = new ServerStream();
        stream.Response.Headers.Add("Mcp-Session-Id", "s");
        remote.Server.Initializes().OnPost("\"initialize\"", stream);
        await remote.SendAsync(RemoteFixture.Initialize);
        using var impatient = new CancellationTokenSource();

        var givenUp = remote.Transport.SendAsync(remote.Message(RemoteFixture.Request("7")), impatient.Token).AsTask();
        var following = remote.SendAsync(RemoteFixture.Initialized);
        await remote.Server.WaitForAsync(_ => true, Token);
        await impatient.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => givenUp);
        Assert.False(following.IsCompleted);
        stream.Event("""{"jsonrpc":"2.0","id":0,"result":{}}""").End();
        await following;

        Assert.Contains("\"id\":0", await remote.ReceiveAsync(), StringComparison.Ordinal);
        Assert.Equal([null, "s"], remote.Server.Requests.Where(request => request.Method == "POST").Select(request => request["Mcp-Session-Id"]));
        await remote.EndAsync();
    }

    [Fact(Timeout = Eventually.Deadline)]
    public async Task Initialize_NeverAnswered_WhatFollowsIsFreedAtTheEnd()
    {
        await using var remote = new RemoteFixture();
        var hangs = remote.Server.Hangs("\"initialize\"");
        await remote.SendAsync(RemoteFixture.Initialize);
        await hangs;
        var following = remote.Transport.SendOrDiscardAsync(remote.Message(RemoteFixture.Request("1")), Token).AsTask();

        await remote.Transport.DisposeAsync();

        Assert.False(await following);
        Assert.Single(await remote.ReceiveToEndAsync());
        await remote.AssertCleanAsync();
    }

    [Fact(Timeout = Eventually.Deadline)]
    public async Task Initialize_WithoutSession_NoDeleteAndNoSessionHeader()
    {
        await using var remote = new RemoteFixture();
        await remote.InitializeAsync(session: null);

        await remote.EndAsync();

        Assert.DoesNotContain(remote.Server.Requests, request => request.Method == "DELETE" || request["Mcp-Session-Id"] is not null);
    }

    [Fact(Timeout = Eventually.Deadline)]
    public async Task Stream_ProgressAndServerRequests_ComeBeforeTheAnswerInOrder()
    {
        await using var remote = new RemoteFixture();
        string[] events = [Progress, """{"jsonrpc":"2.0","id":1,"method":"roots/list"}""", Progress.Replace("\"progress\":1", "\"progress\":2"), RemoteFixture.Result("1")];
        var stream = new ServerStream();
        remote.Server.OnPost("tools/list", events.Aggregate(stream, (all, each) => all.Event(each)));

        await remote.SendAsync(RemoteFixture.Request("1"));

        foreach (var each in events)
        {
            Assert.Equal(each, await remote.ReceiveAsync());
        }

        await remote.EndAsync();
    }

    /// <summary>Session management, 3 and 4: 404 says that the session is gone.</summary>
    [Theory(Timeout = Eventually.Deadline)]
    [InlineData(HttpStatusCode.NotFound, "")]
    [InlineData(HttpStatusCode.BadRequest, "Bad Request: No valid session ID provided")]
    [InlineData(HttpStatusCode.BadRequest, "Server not initialized")]
    public async Task Request_SessionLost_IsGivenBackAsItsSenderWroteIt(HttpStatusCode status, string text)
    {
        const string Request = """{"jsonrpc":"2.0","id":1.0,"method":"tools/call","params":{"name":"t","_meta":{"progressToken":"é"}}}""";
        await using var remote = new RemoteFixture();
        await remote.InitializeAsync();
        remote.Server.OnPost("tools/call", () => new HttpResponseMessage(status) { Content = new StringContent(text) });

        await remote.SendAsync(Request);

        Assert.Equal("Broken", await remote.ReceiveAsync());
        Assert.Equal(RemoteFault.SessionLost, remote.Transport.Ended);
        using var unsent = Assert.Single(remote.Transport.TakeUnsent());
        Assert.Equal(Request, System.Text.Encoding.UTF8.GetString(unsent.ToArray()));
        Assert.DoesNotContain(remote.Server.Requests, request => request.Method == "DELETE");
        unsent.Dispose();
        await remote.EndAsync();
    }

    [Theory(Timeout = Eventually.Deadline)]
    [InlineData("text/plain; charset=nonsense", 10, "Broken")]
    [InlineData("text/plain", 100_000, "HTTP 400")]
    [InlineData("application/json", 100_000, "HTTP 400")]
    public async Task Request_RefusedWithAStrangeBody_IsAnswered(string type, int bytes, string reason)
    {
        await using var remote = new RemoteFixture();
        await remote.InitializeAsync();
        remote.Server.OnPost("tools/call", () =>
        {
            var response = new ServerStream(type).Write(new string(' ', bytes) + "session id").End().Response;
            response.StatusCode = HttpStatusCode.BadRequest;
            return response;
        });

        await remote.SendAsync(RemoteFixture.Request("1", "tools/call"));

        var received = await remote.ReceiveAsync();
        Assert.Contains(reason, received, StringComparison.Ordinal);
        remote.Transport.TakeUnsent().ToList().ForEach(message => message.Dispose());
        await remote.EndAsync();
    }

    [Fact(Timeout = Eventually.Deadline)]
    public async Task Request_SessionLostButSentBefore_IsAnsweredWithAnError()
    {
        await using var remote = new RemoteFixture();
        await remote.InitializeAsync();
        remote.Server.OnPost("tools/list", () => ScriptedServer.Status(HttpStatusCode.NotFound));

        Assert.True(await remote.Transport.SendAsync(remote.Message(RemoteFixture.Request("1")), isRetry: true, Token));

        Assert.Contains(RemoteFault.SessionRefused.Text, await remote.ReceiveAsync(), StringComparison.Ordinal);
        Assert.Null(remote.Transport.Ended);
        await remote.EndAsync();
    }

    [Theory(Timeout = Eventually.Deadline)]
    [InlineData(false, 1)]
    [InlineData(true, 0)]
    public async Task Notification_SessionLost_IsGivenBackOnce(bool isRetry, int unsent)
    {
        await using var remote = new RemoteFixture();
        await remote.InitializeAsync();
        remote.Server.OnPost("notifications/x", () => ScriptedServer.Status(HttpStatusCode.NotFound));

        Assert.True(await remote.Transport.SendAsync(remote.Message("""{"jsonrpc":"2.0","method":"notifications/x"}"""), isRetry, Token));

        await remote.Transport.DisposeAsync();
        var messages = remote.Transport.TakeUnsent();
        Assert.Equal(unsent, messages.Count);
        messages.ToList().ForEach(message => message.Dispose());
        await remote.EndAsync();
    }

    [Fact(Timeout = Eventually.Deadline)]
    public async Task SessionLost_OtherCallInFlight_MayStillBeAnswered()
    {
        await using var remote = new RemoteFixture();
        await remote.InitializeAsync();
        var stream = new ServerStream();
        remote.Server.OnPost("tools/call", () => ScriptedServer.Status(HttpStatusCode.NotFound)).OnPost("tools/list", stream);
        await remote.SendAsync(RemoteFixture.Request("1"), RemoteFixture.Request("2", "tools/call"));
        await Eventually.TrueAsync(() => remote.Transport.Ended is not null, Token);

        stream.Event(RemoteFixture.Result("1")).End();

        Assert.Equal(RemoteFixture.Result("1"), await remote.ReceiveAsync());
        Assert.Equal("Broken", await remote.ReceiveAsync());
        Assert.Single(remote.Transport.TakeUnsent()).Dispose();
        await remote.EndAsync();
    }

    [Fact(Timeout = Eventually.Deadline)]
    public async Task SessionLost_OtherCallStaysSilent_FailsAfterAMoment()
    {
        await using var remote = new RemoteFixture();
        await remote.InitializeAsync();
        remote.Server.OnPost("tools/call", () => ScriptedServer.Status(HttpStatusCode.NotFound)).OnPost("tools/list", new ServerStream());
        await remote.SendAsync(RemoteFixture.Request("1"), RemoteFixture.Request("2", "tools/call"));

        await remote.Time.AdvanceAsync(TimeSpan.FromSeconds(1), Token);

        Assert.Contains(RemoteFault.SessionLost.Text, await remote.ReceiveAsync(), StringComparison.Ordinal);
        Assert.Equal("Broken", await remote.ReceiveAsync());
        Assert.Single(remote.Transport.TakeUnsent()).Dispose();
        await remote.EndAsync();
    }

    [Theory(Timeout = Eventually.Deadline)]
    [InlineData("""{"jsonrpc":"2.0","id":1,"error":{"code":-1,"message":"m"}}""")]
    [InlineData("""{"jsonrpc":"2.0","id":null,"error":{"code":-1,"message":"m"}}""")]
    [InlineData("""{"jsonrpc":"2.0","id":"server-error","error":{"code":-1,"message":"m"}}""")]
    public async Task Refused_WithAJsonRpcError_IsThatError(string error)
    {
        await using var remote = new RemoteFixture();
        remote.Server.OnPost("tools/list", () => ScriptedServer.Json(error, HttpStatusCode.BadRequest));

        await remote.SendAsync(RemoteFixture.Request("1"));

        Assert.Equal("""{"jsonrpc":"2.0","id":1,"error":{"code":-1,"message":"m"}}""", await remote.ReceiveAsync());
        await remote.EndAsync();
    }

    [Theory(Timeout = Eventually.Deadline)]
    [InlineData(HttpStatusCode.Unauthorized, "HTTP 401")]
    [InlineData(HttpStatusCode.BadGateway, "HTTP 502")]
    [InlineData(HttpStatusCode.Found, "HTTP 302")]
    [InlineData(HttpStatusCode.Accepted, "without an answer")]
    [InlineData(HttpStatusCode.OK, "no MCP server")]
    public async Task Answered_WithoutAMessage_FailsWithTheReason(HttpStatusCode status, string reason)
    {
        await using var remote = new RemoteFixture();
        remote.Server.OnPost("tools/list", () => ScriptedServer.Status(status));

        await remote.SendAsync(RemoteFixture.Request("1"));

        Assert.Contains(reason, await remote.ReceiveAsync(), StringComparison.Ordinal);
        await remote.EndAsync();
    }

    [Theory(Timeout = Eventually.Deadline)]
    [InlineData("", "not a JSON-RPC message")]
    [InlineData("{", "not a JSON-RPC message")]
    [InlineData("[]", "not a JSON-RPC message")]
    [InlineData("""{"jsonrpc":"2.0","id":1}""", "not a JSON-RPC message")]
    [InlineData("""{"jsonrpc":"2.0","id":2,"result":{}}""", "without an answer")]
    [InlineData("""[{"jsonrpc":"2.0","id":2,"result":{}},{"jsonrpc":"2.0","id":2,"result":{}}]""", "without an answer")]
    public async Task Json_ThatDoesNotAnswer_FailsAndNothingElseIsPassedOn(string json, string reason)
    {
        await using var remote = new RemoteFixture();
        remote.Server.OnPost("tools/list", () => ScriptedServer.Json(json));

        await remote.SendAsync(RemoteFixture.Request("1"));

        Assert.Contains(reason, await remote.ReceiveAsync(), StringComparison.Ordinal);
        await remote.EndAsync();
    }

    [Fact(Timeout = Eventually.Deadline)]
    public async Task Json_Batch_IsSplit()
    {
        await using var remote = new RemoteFixture();
        remote.Server.OnPost("tools/list", () => ScriptedServer.Json($"[{Progress},{RemoteFixture.Result("1")}]"));

        await remote.SendAsync(RemoteFixture.Request("1"));

        Assert.Equal(Progress, await remote.ReceiveAsync());
        Assert.Equal(RemoteFixture.Result("1"), await remote.ReceiveAsync());
        await remote.EndAsync();
    }

    [Fact(Timeout = Eventually.Deadline)]
    public async Task Json_ErrorWithoutId_AnswersTheRequest()
    {
        await using var remote = new RemoteFixture();
        remote.Server.OnPost("tools/list", () => ScriptedServer.Json("""{"jsonrpc":"2.0","id":null,"error":{"code":1,"message":"m"}}"""));

        await remote.SendAsync(RemoteFixture.Request("1"));

        Assert.Equal("""{"jsonrpc":"2.0","id":1,"error":{"code":1,"message":"m"}}""", await remote.ReceiveAsync());
        await remote.EndAsync();
    }

    [Fact(Timeout = Eventually.Deadline)]
    public async Task Stream_AnswersTwiceAndForOthers_OneAnswerIsPassedOn()
    {
        await using var remote = new RemoteFixture();
        var stream = new ServerStream().Event(RemoteFixture.Result("9")).Event(RemoteFixture.Result("1")).Event(RemoteFixture.Result("1")).Event(Progress).End();
        remote.Server.OnPost("tools/list", stream);

        await remote.SendAsync(RemoteFixture.Request("1"));

        Assert.Equal(RemoteFixture.Result("1"), await remote.ReceiveAsync());
        Assert.Equal(Progress, await remote.ReceiveAsync());
        await stream.Closed;
        await remote.EndAsync();
    }

    [Fact(Timeout = Eventually.Deadline)]
    public async Task Stream_AnswerIsNoMessage_FailsAtOnceAndOtherJunkDoesNot()
    {
        await using var remote = new RemoteFixture();
        remote.Server.OnPost("tools/list", new ServerStream().Event("junk").Event("""{"id":1,"result":{}}"""));

        await remote.SendAsync(RemoteFixture.Request("1"));

        Assert.Contains(RemoteFault.NoMessage.Text, await remote.ReceiveAsync(), StringComparison.Ordinal);
        await remote.EndAsync();
    }

    [Fact(Timeout = Eventually.Deadline)]
    public async Task Stream_StaysOpenAfterTheAnswer_IsClosedAfterAWhile()
    {
        await using var remote = new RemoteFixture();
        var stream = new ServerStream().Event(RemoteFixture.Result("1"));
        remote.Server.OnPost("tools/list", stream);
        await remote.SendAsync(RemoteFixture.Request("1"));
        Assert.Equal(RemoteFixture.Result("1"), await remote.ReceiveAsync());
        stream.Event(Progress);
        Assert.Equal(Progress, await remote.ReceiveAsync());
        Assert.False(stream.Closed.IsCompleted);

        await remote.Time.AdvanceAsync(TimeSpan.FromSeconds(2), Token);

        await stream.Closed;
        await remote.EndAsync();
    }

    [Fact(Timeout = Eventually.Deadline)]
    public async Task Stream_AnswerComesOnAnother_IsClosedAfterAWhile()
    {
        await using var remote = new RemoteFixture();
        var (own, stream) = (new ServerStream(), new ServerStream());
        await remote.InitializeAsync();
        remote.Server.OnPost("tools/list", stream).OnPost("tools/call", own);
        await remote.SendAsync(RemoteFixture.Request("1"), RemoteFixture.Request("2", "tools/call"));
        await remote.Server.WaitForAsync(request => request.Posts("tools"), Token, 2);

        own.Event(RemoteFixture.Result("1"));

        Assert.Equal(RemoteFixture.Result("1"), await remote.ReceiveAsync());
        await remote.Time.AdvanceAsync(TimeSpan.FromSeconds(2), Token);
        await stream.Closed;
        own.Event(RemoteFixture.Result("2")).End();
        Assert.Equal(RemoteFixture.Result("2"), await remote.ReceiveAsync());
        await remote.EndAsync();
    }

    [Fact(Timeout = Eventually.Deadline)]
    public async Task Cancelled_ServerObeys_TellsItAndGivesUpWithoutAnAnswer()
    {
        await using var remote = new RemoteFixture();
        await remote.InitializeAsync();
        var stream = new ServerStream();
        remote.Server.OnPost("tools/list", stream);
        await remote.SendAsync(RemoteFixture.Request("1.0"));
        await remote.Server.WaitForAsync(request => request.Posts("tools/list"), Token);

        await remote.SendAsync("""{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1.0}}""");
        await remote.Time.AdvanceAsync(TimeSpan.FromSeconds(5), Token);

        await stream.Closed;
        Assert.True(remote.Server.Requests[^1].Posts("""{"requestId":"mcp-proxy-2"}"""));
        await Eventually.TrueAsync(() => remote.Transport.InFlight == 0, Token);
        await remote.EndAsync();
    }

    [Fact(Timeout = Eventually.Deadline)]
    public async Task Cancelled_ServerAnswersAllTheSame_PassesTheAnswerOn()
    {
        await using var remote = new RemoteFixture();
        await remote.InitializeAsync();
        var stream = new ServerStream();
        remote.Server.OnPost("tools/list", stream);
        await remote.SendAsync(RemoteFixture.Request("1"), """{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}}""");

        stream.Event(RemoteFixture.Result("1")).End();

        Assert.Equal(RemoteFixture.Result("1"), await remote.ReceiveAsync());
        await remote.EndAsync();
    }

    [Fact(Timeout = Eventually.Deadline)]
    public async Task Unreachable_EveryRequestFails_AndTheNextTriesAgain()
    {
        await using var remote = new RemoteFixture();
        remote.Server.OnPost("tools/list", () => throw new HttpRequestException(HttpRequestError.ConnectionError));
        await remote.SendAsync(RemoteFixture.Request("1"));
        Assert.Contains(RemoteFault.Unreachable.Text, await remote.ReceiveAsync(), StringComparison.Ordinal);

        remote.Server.OnPost("tools/list", () => ScriptedServer.Json(RemoteFixture.Result("2")));
        await remote.SendAsync(RemoteFixture.Request("2"));

        Assert.Equal(RemoteFixture.Result("2"), await remote.ReceiveAsync());
        await remote.EndAsync();
    }

    [Fact(Timeout = Eventually.Deadline)]
    public async Task Handler_ThrowsAnything_TheRequestIsAnswered()
    {
        await using var remote = new RemoteFixture();
        remote.Server.OnPost("tools/list", () => throw new FormatException("x"));

        await remote.SendAsync(RemoteFixture.Request("1"));

        Assert.Contains(RemoteFault.Internal.Text, await remote.ReceiveAsync(), StringComparison.Ordinal);
        await remote.EndAsync();
    }
}
