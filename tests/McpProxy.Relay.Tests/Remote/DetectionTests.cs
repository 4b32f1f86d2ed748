using System.Net;
using McpProxy.Relay.Remote;

namespace McpProxy.Relay.Tests.Remote;

/// <summary>Which transport a server speaks (2025-11-25, transports, backwards compatibility).</summary>
public sealed class DetectionTests
{
    private const string Error = """{"jsonrpc":"2.0","id":0,"error":{"code":-1,"message":"m"}}""";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory(Timeout = Eventually.Deadline)]
    [InlineData(HttpStatusCode.BadRequest)]
    [InlineData(HttpStatusCode.NotFound)]
    [InlineData(HttpStatusCode.MethodNotAllowed)]
    [InlineData(HttpStatusCode.NotAcceptable)]
    [InlineData(HttpStatusCode.UnsupportedMediaType)]
    [InlineData(HttpStatusCode.OK)]
    public async Task Post_RefusedAsByAnOldServer_TriesHttpSse(HttpStatusCode status)
    {
        await using var remote = new RemoteFixture(RemoteKind.Auto);
        var stream = new ServerStream().Write("event: endpoint\ndata: /m\n\n");
        remote.Server.OnGet(stream).On(request => request.Method == "POST", (request, _) => Task.FromResult(ScriptedServer.Status(
            request.Uri.AbsolutePath == "/m" ? HttpStatusCode.Accepted : status)));

        await remote.SendAsync(RemoteFixture.Initialize);
        await remote.Server.WaitForAsync(request => request.Uri.AbsolutePath == "/m", Token);
        stream.Event(RemoteFixture.Result("0"));

        Assert.Equal(RemoteFixture.Result("0"), await remote.ReceiveAsync());
        Assert.Equal(RemoteKind.HttpSse, remote.Transport.Kind);
        await remote.EndAsync();
    }

    [Theory(Timeout = Eventually.Deadline)]
    [InlineData(HttpStatusCode.Unauthorized)]
    [InlineData(HttpStatusCode.Forbidden)]
    [InlineData(HttpStatusCode.TooManyRequests)]
    [InlineData(HttpStatusCode.InternalServerError)]
    [InlineData(HttpStatusCode.ServiceUnavailable)]
    [InlineData(HttpStatusCode.Found)]
    [InlineData(HttpStatusCode.Accepted)]
    public async Task Post_RefusedForAnotherReason_FailsWithoutTryingHttpSse(HttpStatusCode status)
    {
        await using var remote = new RemoteFixture(RemoteKind.Auto);
        remote.Server.On(request => request.Method == "POST", () => ScriptedServer.Status(status));

        await remote.SendAsync(RemoteFixture.Initialize);

        Assert.Contains("\"error\"", await remote.ReceiveAsync(), StringComparison.Ordinal);
        Assert.Null(remote.Transport.Kind);
        Assert.Null(remote.Transport.Ended);
        Assert.Single(remote.Server.Requests);
        await remote.EndAsync();
    }

    [Theory(Timeout = Eventually.Deadline)]
    [InlineData(HttpStatusCode.OK)]
    [InlineData(HttpStatusCode.BadRequest)]
    [InlineData(HttpStatusCode.NotFound)]
    public async Task Post_AnsweredWithAJsonRpcError_IsStreamableHttp(HttpStatusCode status)
    {
        await using var remote = new RemoteFixture(RemoteKind.Auto);
        remote.Server.On(request => request.Method == "POST", () => ScriptedServer.Json(Error, status));

        await remote.SendAsync(RemoteFixture.Initialize);

        Assert.Equal(Error, await remote.ReceiveAsync());
        Assert.Equal(RemoteKind.StreamableHttp, remote.Transport.Kind);
        await remote.EndAsync();
    }

    [Theory(Timeout = Eventually.Deadline)]
    [InlineData("status")]
    [InlineData("unreachable")]
    [InlineData("stream without endpoint")]
    [InlineData("foreign endpoint")]
    public async Task Both_Refused_TheFirstRefusalIsTold_AndTheNextRequestTriesAgain(string get)
    {
        await using var remote = new RemoteFixture(RemoteKind.Auto);
        remote.Server.On(request => request.Method == "POST", () => ScriptedServer.Status(HttpStatusCode.NotFound)).OnGet(() => get switch
        {
            "status" => ScriptedServer.Status(HttpStatusCode.Forbidden),
            "unreachable" => throw new HttpRequestException(HttpRequestError.ConnectionError),
            "foreign endpoint" => new ServerStream().Write("event: endpoint\ndata: http://elsewhere.example/\n\n").Response,
            _ => new ServerStream().End().Response,
        });
        await remote.SendAsync(RemoteFixture.Initialize);
        Assert.Contains("HTTP 404", await remote.ReceiveAsync(), StringComparison.Ordinal);
        Assert.Null(remote.Transport.Ended);

        remote.Server.Initializes();
        await remote.SendAsync(RemoteFixture.Initialize);

        Assert.Contains("protocolVersion", await remote.ReceiveAsync(), StringComparison.Ordinal);
        Assert.Equal(RemoteKind.StreamableHttp, remote.Transport.Kind);
        await remote.EndAsync();
    }

    [Fact(Timeout = Eventually.Deadline)]
    public async Task Requests_AtTheSameTime_WaitForTheFirstToFindOut()
    {
        await using var remote = new RemoteFixture(RemoteKind.Auto);
        var first = new TaskCompletionSource<HttpResponseMessage>(TaskCreationOptions.RunContinuationsAsynchronously);
        var stream = new ServerStream();
        remote.Server.OnPost("\"id\":2", () => ScriptedServer.Json(RemoteFixture.Result("2"))).On(request => request.Posts("\"id\":1"), (_, _) => first.Task);

        await remote.SendAsync(RemoteFixture.Request("1"), RemoteFixture.Request("2"));
        await remote.Server.WaitForAsync(_ => true, Token);
        Assert.Single(remote.Server.Requests);
        first.SetResult(stream.Response);

        Assert.Equal(RemoteFixture.Result("2"), await remote.ReceiveAsync()); // While the first one's answer is not there yet.
        stream.Event(RemoteFixture.Result("1")).End();
        Assert.Equal(RemoteFixture.Result("1"), await remote.ReceiveAsync());
        await remote.EndAsync();
    }

    [Fact(Timeout = Eventually.Deadline)]
    public async Task Requests_FirstFails_TheNextFindsOut()
    {
        await using var remote = new RemoteFixture(RemoteKind.Auto);
        remote.Server.OnPost("\"id\":2", () => ScriptedServer.Json(RemoteFixture.Result("2")))
            .OnPost("\"id\":1", () => throw new HttpRequestException(HttpRequestError.NameResolutionError));

        await remote.SendAsync(RemoteFixture.Request("1"), RemoteFixture.Request("2"));

        string[] answers = [await remote.ReceiveAsync(), await remote.ReceiveAsync()];
        Assert.Contains(answers, answer => answer.Contains(RemoteFault.UnknownHost.Text, StringComparison.Ordinal));
        Assert.Contains(RemoteFixture.Result("2"), answers);
        await remote.EndAsync();
    }

    [Fact(Timeout = Eventually.Deadline)]
    public async Task Cancelled_WhileTheFirstFindsOut_HoldsNobodyUp()
    {
        await using var remote = new RemoteFixture(RemoteKind.Auto);
        var hangs = remote.Server.Hangs("tools/call");
        remote.Server.OnPost("tools/list", () => ScriptedServer.Json(RemoteFixture.Result("2")));
        await remote.SendAsync(RemoteFixture.Request("1", "tools/call"));
        await hangs;

        await remote.SendAsync("""{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}}""", RemoteFixture.Request("2"));

        Assert.Equal(RemoteFixture.Result("2"), await remote.ReceiveAsync());
        await remote.EndAsync();
    }

    [Fact(Timeout = Eventually.Deadline)]
    public async Task DisposeAsync_WhileTheFirstFindsOut_AnswersAll()
    {
        await using var remote = new RemoteFixture(RemoteKind.Auto);
        var hangs = remote.Server.Hangs("tools/list");
        await remote.SendAsync(RemoteFixture.Request("1"), RemoteFixture.Request("2"), RemoteFixture.Request("3"));
        await hangs;

        await remote.Transport.DisposeAsync();

        Assert.Equal(3, (await remote.ReceiveToEndAsync()).Count);
        await remote.AssertCleanAsync();
    }
}
