using McpProxy.Relay.Remote;

namespace McpProxy.Relay.Tests.Remote;

/// <summary>How long and how much.</summary>
public sealed class LimitTests
{
    private const int MaxBytes = 100_000;

    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(30);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory(Timeout = Eventually.Deadline)]
    [InlineData("initialize")]
    [InlineData("server/discover")]
    public async Task Handshake_NoAnswerInTime_Fails(string method)
    {
        await using var remote = new RemoteFixture();
        remote.Server.OnPost(method, new ServerStream());

        await remote.SendAsync(RemoteFixture.Request("1", method));
        await remote.Time.AdvanceAsync(ConnectTimeout, Token);

        Assert.Contains("did not answer in time", await remote.ReceiveAsync(), StringComparison.Ordinal);
        await remote.EndAsync();
    }

    [Fact(Timeout = Eventually.Deadline)]
    public async Task Call_NoAnswerForAnHour_IsStillWaitedFor()
    {
        await using var remote = new RemoteFixture();
        var stream = new ServerStream();
        var headers = new TaskCompletionSource<HttpResponseMessage>(TaskCreationOptions.RunContinuationsAsynchronously);
        remote.Server.On(request => request.Posts("tools/call"), (_, _) => headers.Task);
        await remote.SendAsync(RemoteFixture.Request("1", "tools/call"));
        await remote.Server.WaitForAsync(_ => true, Token);

        remote.Time.Advance(TimeSpan.FromHours(1));
        headers.SetResult(stream.Response);
        await remote.Time.AdvanceAsync(TimeSpan.FromMinutes(5), Token);
        await remote.Time.AdvanceAsync(TimeSpan.FromMinutes(5), Token);
        stream.Event(RemoteFixture.Result("1")).End();

        Assert.Equal(RemoteFixture.Result("1"), await remote.ReceiveAsync());
        await remote.EndAsync();
    }

    [Fact(Timeout = Eventually.Deadline)]
    public async Task Notification_NotAcceptedInTime_IsGivenUp()
    {
        await using var remote = new RemoteFixture();
        _ = remote.Server.Hangs("notifications/x");

        var sent = remote.Transport.SendAsync(remote.Message("""{"jsonrpc":"2.0","method":"notifications/x"}"""), Token).AsTask();
        await remote.Time.AdvanceAsync(ConnectTimeout, Token);

        Assert.True(await sent);
        await remote.EndAsync();
    }

    [Theory(Timeout = Eventually.Deadline)]
    [InlineData(MaxBytes, false)]
    [InlineData(MaxBytes + 1, true)]
    [InlineData(MaxBytes * 20, true)]
    public async Task Stream_LargeMessage_IsRelayedUpToTheLimit(int bytes, bool isTooLarge)
    {
        await using var remote = new RemoteFixture(change: options => options with { MaxMessageBytes = MaxBytes });
        var answer = Answer(bytes);
        remote.Server.OnPost("tools/list", new ServerStream().Event("", "1").Event(answer, "2").End());

        await remote.SendAsync(RemoteFixture.Request("1"));

        var received = await remote.ReceiveAsync();
        Assert.True(isTooLarge ? received.Contains(RemoteFault.TooLarge.Text, StringComparison.Ordinal) : received == answer);
        await remote.EndAsync();
    }

    [Fact(Timeout = Eventually.Deadline)]
    public async Task Stream_ManySmallMessages_AreNoLargeOne()
    {
        await using var remote = new RemoteFixture(change: options => options with { MaxMessageBytes = 100 });
        var stream = new ServerStream().Event(Answer(97).Replace("\"id\":1,\"result\"", "\"method\":\"abc\",\"y\"", StringComparison.Ordinal));
        for (var i = 0; i < 40; i++)
        {
            stream.Event("""{"jsonrpc":"2.0","method":"n"}""").Write(": comment\n\n");
        }

        remote.Server.OnPost("tools/list", stream.Event(RemoteFixture.Result("1")).End());
        await remote.SendAsync(RemoteFixture.Request("1"));

        for (var i = 0; i < 41; i++)
        {
            Assert.Contains("method", await remote.ReceiveAsync(), StringComparison.Ordinal);
        }

        Assert.Equal(RemoteFixture.Result("1"), await remote.ReceiveAsync());
        await remote.EndAsync();
    }

    [Theory(Timeout = Eventually.Deadline)]
    [InlineData(MaxBytes, true, false)]
    [InlineData(MaxBytes + 1, true, true)]
    [InlineData(MaxBytes, false, false)]
    [InlineData(MaxBytes + 1, false, true)]
    public async Task Json_LargeMessage_IsRelayedUpToTheLimit(int bytes, bool saysItsLength, bool isTooLarge)
    {
        await using var remote = new RemoteFixture(change: options => options with { MaxMessageBytes = MaxBytes });
        var answer = Answer(bytes);
        remote.Server.OnPost("tools/list", () => saysItsLength ? ScriptedServer.Json(answer) : new ServerStream("application/json").Write(answer).End().Response);

        await remote.SendAsync(RemoteFixture.Request("1"));

        var received = await remote.ReceiveAsync();
        Assert.True(isTooLarge ? received.Contains(RemoteFault.TooLarge.Text, StringComparison.Ordinal) : received == answer);
        await remote.EndAsync();
    }

    [Fact(Timeout = Eventually.Deadline)]
    public async Task Json_CutOff_Fails()
    {
        await using var remote = new RemoteFixture();
        remote.Server.OnPost("tools/list", () => new ServerStream("application/json").Write("{").End(new HttpIOException(HttpRequestError.ResponseEnded)).Response);

        await remote.SendAsync(RemoteFixture.Request("1"));

        Assert.Contains(RemoteFault.ConnectionLost.Text, await remote.ReceiveAsync(), StringComparison.Ordinal);
        await remote.EndAsync();
    }

    private static string Answer(int bytes) =>
        """{"jsonrpc":"2.0","id":1,"result":"X"}""".Replace("X", new string('x', bytes - 36), StringComparison.Ordinal);
}
