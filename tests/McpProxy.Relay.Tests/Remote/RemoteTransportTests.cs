using System.Net;
using McpProxy.Relay.Messages;
using McpProxy.Relay.Remote;
using McpProxy.Relay.Transports;

namespace McpProxy.Relay.Tests.Remote;

public sealed class RemoteTransportTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory(Timeout = Eventually.Deadline)]
    [InlineData("""{ "jsonrpc":"2.0","id" : 7, "method":"x/y","params":{"a":1.50,"b":"caf\u00e9 é 😀","c":[ ]} }""")]
    [InlineData("""{"params":{"_meta":{"progressToken":"p","z":1e400}},"method":"tools/call","id":"a b","jsonrpc":"2.0"}""")]
    public async Task SendAsync_Request_GoesAndComesByteForByte(string request)
    {
        await using var remote = new RemoteFixture();
        var id = request.Contains("\"a b\"", StringComparison.Ordinal) ? "\"a b\"" : "7";
        var answer = $$$"""{"result":{"x": 1.0, "y":"\u00e9"},  "id":{{{id}}}, "jsonrpc":"2.0"}""";
        remote.Server.OnPost("method", () => ScriptedServer.Json(answer));

        await remote.SendAsync(request);

        Assert.Equal(answer, await remote.ReceiveAsync());
        var seen = Assert.Single(remote.Server.Requests);
        Assert.Equal(request, seen.Body);
        Assert.Equal(("application/json", "application/json, text/event-stream"), (seen["Content-Type"], seen["Accept"]));
        Assert.Equal($"{seen.Bytes.Length}", seen["Content-Length"]);
        await remote.EndAsync();
    }

    [Theory(Timeout = Eventually.Deadline)]
    [InlineData("1.0")]
    [InlineData("-0")]
    [InlineData("\"é\"")]
    [InlineData("\"a/b\"")]
    [InlineData("9007199254740993")]
    public async Task SendAsync_TokensThatPeersSpellAnew_AreReplacedAndRestored(string token)
    {
        await using var remote = new RemoteFixture();
        var stream = new ServerStream();
        remote.Server.OnPost("tools/call", stream);

        await remote.SendAsync("""{"jsonrpc":"2.0","id":TOKEN,"method":"tools/call","params":{"name":"t","_meta":{"progressToken":TOKEN}}}""".Replace("TOKEN", token, StringComparison.Ordinal));
        await remote.Server.WaitForAsync(_ => true, Token);
        stream.Event("""{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":"mcp-proxy-1","progress":1}}""");
        stream.Event(RemoteFixture.Result("\"mcp-proxy-1\"")).End();

        Assert.DoesNotContain(token, remote.Server.Requests[0].Body.Replace("\"2.0\"", "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Equal($$$"""{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":{{{token}}},"progress":1}}""", await remote.ReceiveAsync());
        var received = await remote.Transport.ReceiveAsync(Token);
        Assert.Equal(token, received.Message!.Id.ToString());
        received.Message.Dispose();
        await remote.EndAsync();
    }

    [Fact(Timeout = Eventually.Deadline)]
    public async Task SendAsync_IdWasReplacedBefore_TheReplacementCounts()
    {
        await using var remote = new RemoteFixture();
        remote.Server.OnPost("\"id\":77", () => ScriptedServer.Json(RemoteFixture.Result("77")));
        var request = remote.Message(RemoteFixture.Request("1"));
        request.Replace(request.Envelope.Id, JsonToken.From(77));

        Assert.True(await remote.Transport.SendAsync(request, Token));

        Assert.Equal(RemoteFixture.Result("77"), await remote.ReceiveAsync());
        await remote.EndAsync();
    }

    [Fact(Timeout = Eventually.Deadline)]
    public async Task SendAsync_Requests_DoNotWaitForEachOther()
    {
        await using var remote = new RemoteFixture();
        var slow = new ServerStream();
        remote.Server.OnPost("\"id\":2", () => ScriptedServer.Json(RemoteFixture.Result("2"))).OnPost("\"id\":1", slow);

        await remote.SendAsync(RemoteFixture.Request("1"), RemoteFixture.Request("2"));

        Assert.Equal(RemoteFixture.Result("2"), await remote.ReceiveAsync());
        slow.Event(RemoteFixture.Result("1")).End();
        Assert.Equal(RemoteFixture.Result("1"), await remote.ReceiveAsync());
        await remote.EndAsync();
    }

    [Fact(Timeout = Eventually.Deadline)]
    public async Task SendAsync_Notification_IsDoneWhenItWasAccepted()
    {
        await using var remote = new RemoteFixture();
        var accept = new TaskCompletionSource<HttpResponseMessage>(TaskCreationOptions.RunContinuationsAsynchronously);
        remote.Server.On(request => request.Posts("notifications/a"), (_, _) => accept.Task);

        var sent = remote.Transport.SendAsync(remote.Message("""{"jsonrpc":"2.0","method":"notifications/a"}"""), Token).AsTask();
        await remote.Server.WaitForAsync(_ => true, Token);

        Assert.False(sent.IsCompleted);
        accept.SetResult(ScriptedServer.Status(HttpStatusCode.Accepted));
        Assert.True(await sent);
        await remote.EndAsync();
    }

    [Fact(Timeout = Eventually.Deadline)]
    public async Task SendAsync_IdInFlight_IsRefusedAndTheFirstGoesOn()
    {
        await using var remote = new RemoteFixture();
        var stream = new ServerStream();
        remote.Server.OnPost("\"id\":1", stream);

        await remote.SendAsync(RemoteFixture.Request("1"), RemoteFixture.Request("1"));

        Assert.Contains("-32600", await remote.ReceiveAsync(), StringComparison.Ordinal);
        stream.Event(RemoteFixture.Result("1")).End();
        Assert.Equal(RemoteFixture.Result("1"), await remote.ReceiveAsync());
        Assert.Single(remote.Server.Requests);
        await remote.EndAsync();
    }

    [Fact(Timeout = Eventually.Deadline)]
    public async Task SendAsync_IdThatStandsInForAnother_IsRefused()
    {
        await using var remote = new RemoteFixture();
        var stream = new ServerStream();
        remote.Server.OnPost("mcp-proxy-1", stream);

        await remote.SendAsync(RemoteFixture.Request("1.0"), RemoteFixture.Request("\"mcp-proxy-1\""));

        Assert.Contains("\"id\":\"mcp-proxy-1\",\"error\"", await remote.ReceiveAsync(), StringComparison.Ordinal);
        stream.Event(RemoteFixture.Result("\"mcp-proxy-1\"")).End();
        Assert.Equal(RemoteFixture.Result("1.0"), await remote.ReceiveAsync());
        await remote.EndAsync();
    }

    [Fact(Timeout = Eventually.Deadline)]
    public async Task DisposeAsync_MoreCallsInFlightThanAreQueued_AnswersAllWhoeverReadsLater()
    {
        const int Calls = 300;
        await using var remote = new RemoteFixture();
        _ = remote.Server.Hangs("tools/list");
        await remote.SendAsync([.. Enumerable.Range(0, Calls).Select(id => RemoteFixture.Request($"{id}"))]);
        await remote.Server.WaitForAsync(_ => true, Token, Calls);

        await remote.Transport.DisposeAsync();

        var answers = await remote.ReceiveToEndAsync();
        Assert.Equal(Calls, answers.Distinct().Count());
        Assert.Equal(Calls, answers.Count);
        Assert.All(answers, answer => Assert.Contains(RemoteFault.Closed.Text, answer, StringComparison.Ordinal));
        await remote.AssertCleanAsync();
    }

    [Fact(Timeout = Eventually.Deadline)]
    public async Task DisposeAsync_HandlerDoesNotHeedCancellation_AnswersTheCall()
    {
        await using var remote = new RemoteFixture();
        var late = new TaskCompletionSource<HttpResponseMessage>(TaskCreationOptions.RunContinuationsAsynchronously);
        remote.Server.On(request => request.Posts("tools/list"), (_, _) => late.Task);
        await remote.SendAsync(RemoteFixture.Request("1"));
        await remote.Server.WaitForAsync(_ => true, Token);

        var disposed = remote.Transport.DisposeAsync().AsTask();
        await remote.Time.AdvanceAsync(TimeSpan.FromSeconds(1), Token);
        await disposed;

        Assert.Contains(RemoteFault.Closed.Text, Assert.Single(await remote.ReceiveToEndAsync()), StringComparison.Ordinal);
        late.SetResult(ScriptedServer.Json(RemoteFixture.Result("1")));
        await remote.AssertCleanAsync();
    }

    [Fact(Timeout = Eventually.Deadline)]
    public async Task DisposeAsync_NobodyReceives_EndsAndKeepsTheOrder()
    {
        const int Events = 200;
        await using var remote = new RemoteFixture();
        var stream = new ServerStream();
        for (var i = 0; i < Events; i++)
        {
            stream.Event($$"""{"jsonrpc":"2.0","method":"n","params":[{{i}}]}""");
        }

        remote.Server.OnPost("tools/list", stream);
        await remote.SendAsync(RemoteFixture.Request("1"));
        await Eventually.TrueAsync(() => remote.Pool.Outstanding > 65, Token); // 64 are queued, one waits.

        await remote.Transport.DisposeAsync();

        var received = await remote.ReceiveToEndAsync();
        Assert.Contains("\"id\":1", received[^1], StringComparison.Ordinal);
        Assert.Equal(Enumerable.Range(0, received.Count - 1).Select(i => $$"""{"jsonrpc":"2.0","method":"n","params":[{{i}}]}"""), received[..^1]);
        await remote.AssertCleanAsync();
    }

    [Fact(Timeout = Eventually.Deadline)]
    public async Task DisposeAsync_SessionOpen_TellsTheServerOnce()
    {
        await using var remote = new RemoteFixture();
        await remote.InitializeAsync();

        await Task.WhenAll(remote.Transport.DisposeAsync().AsTask(), remote.Transport.DisposeAsync().AsTask());
        await remote.Transport.DisposeAsync();

        var delete = Assert.Single(remote.Server.Requests, request => request.Method == "DELETE");
        Assert.Equal(("session-1", "2025-11-25"), (delete["Mcp-Session-Id"], delete["MCP-Protocol-Version"]));
        Assert.Equal("Closed", await remote.ReceiveAsync());
        Assert.False(await remote.Transport.SendOrDiscardAsync(remote.Message(RemoteFixture.Request("1")), Token));
        await remote.AssertCleanAsync();
    }

    [Fact(Timeout = Eventually.Deadline)]
    public async Task DisposeAsync_ServerDoesNotAnswerDelete_EndsAfterAWhile()
    {
        await using var remote = new RemoteFixture();
        await remote.InitializeAsync();
        remote.Server.On(request => request.Method == "DELETE", async (_, cancellationToken) =>
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
            return ScriptedServer.Status(HttpStatusCode.OK);
        });

        var disposed = remote.Transport.DisposeAsync().AsTask();
        await remote.Time.AdvanceAsync(TimeSpan.FromSeconds(3), Token);

        await disposed;
        Assert.Equal("Closed", await remote.ReceiveAsync());
        await remote.AssertCleanAsync();
    }

    [Fact(Timeout = Eventually.Deadline)]
    public async Task SendAsync_TooManyInFlight_WaitsAndIsGivenBackAtTheEnd()
    {
        const int MaxInFlight = 1000;
        await using var remote = new RemoteFixture();
        _ = remote.Server.Hangs("tools/list");
        await remote.SendAsync([.. Enumerable.Range(0, MaxInFlight).Select(id => RemoteFixture.Request($"{id}"))]);
        var waiting = remote.Transport.SendOrDiscardAsync(remote.Message(RemoteFixture.Request("5000")), Token).AsTask();
        Assert.False(waiting.IsCompleted);

        await remote.Transport.DisposeAsync();

        Assert.False(await waiting);
        Assert.Equal(MaxInFlight, (await remote.ReceiveToEndAsync()).Count);
        await remote.AssertCleanAsync();
    }
}
