using System.Net;
using McpProxy.Relay.Remote;

namespace McpProxy.Relay.Tests.Remote;

/// <summary>Streams of requests that break before the answer (2025-11-25, transports, resumability and redelivery).</summary>
public sealed class ResumptionTests
{
    private const string Note = """{"jsonrpc":"2.0","method":"n"}""";

    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(0.5);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory(Timeout = Eventually.Deadline)]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Stream_EndsAfterAnEventWithId_IsResumedThere(bool isCut)
    {
        await using var remote = new RemoteFixture();
        remote.Server.Initializes()
            .OnPost("tools/list", new ServerStream().Event("", "7").Event(Note, "8").Write("id: 9\ndata: cut").End(isCut ? new IOException() : null))
            .OnGet(new ServerStream().Event(RemoteFixture.Result("1")).End());

        await remote.SendAsync(RemoteFixture.Request("1"));
        Assert.Equal(Note, await remote.ReceiveAsync());
        await remote.Time.AdvanceAsync(Shortest, Shortest * 1.25, Token);

        Assert.Equal(RemoteFixture.Result("1"), await remote.ReceiveAsync());
        Assert.Equal("8", remote.Server.Requests[^1]["Last-Event-ID"]);
        await remote.EndAsync();
    }

    /// <summary>The client MUST respect the retry field, waiting the given number of milliseconds before attempting to reconnect.</summary>
    [Theory(Timeout = Eventually.Deadline)]
    [InlineData("id: 7\nretry: 90000\ndata:\n\n", 90)]
    [InlineData("id: 7\ndata:\n\nretry: 3000\n\n", 3)]
    [InlineData("id: 7\nretry: 1\ndata:\n\nid: 8\ndata:\n\nretry: 20000\n\n", 20)]
    [InlineData("id: 7\nretry: 9999999999999\ndata:\n\n", 3600)]
    public async Task Stream_AsksForADelay_IsResumedAfterIt(string events, int seconds)
    {
        await using var remote = new RemoteFixture();
        remote.Server.Initializes().OnPost("tools/list", new ServerStream().Write(events).End())
            .OnGet(new ServerStream().Event(RemoteFixture.Result("1")).End());

        await remote.SendAsync(RemoteFixture.Request("1"));
        await remote.Time.AdvanceAsync(TimeSpan.FromSeconds(seconds), TimeSpan.FromSeconds(seconds * 1.25), Token);

        Assert.Equal(RemoteFixture.Result("1"), await remote.ReceiveAsync());
        await remote.EndAsync();
    }

    [Fact(Timeout = Eventually.Deadline)]
    public async Task Resumption_RefusedForAWhile_IsTriedAgain()
    {
        await using var remote = new RemoteFixture();
        var attempt = 0;
        remote.Server.Initializes().OnPost("tools/list", new ServerStream().Event("", "7").End()).OnGet(() => attempt++ switch
        {
            0 => ScriptedServer.Status(HttpStatusCode.Conflict),
            1 => ScriptedServer.Status(HttpStatusCode.BadGateway),
            2 => throw new HttpRequestException(HttpRequestError.ConnectionError),
            _ => new ServerStream().Event(RemoteFixture.Result("1")).End().Response,
        });

        await remote.SendAsync(RemoteFixture.Request("1"));
        for (var wait = Shortest; wait < Shortest * 16; wait *= 2)
        {
            await remote.Time.AdvanceAsync(wait, wait * 1.25, Token);
        }

        Assert.Equal(RemoteFixture.Result("1"), await remote.ReceiveAsync());
        await remote.EndAsync();
    }

    [Fact(Timeout = Eventually.Deadline)]
    public async Task Resumption_InVain_FailsInTheEnd()
    {
        await using var remote = new RemoteFixture();
        remote.Server.Initializes().OnPost("tools/list", new ServerStream().Event("", "7").End(new IOException()))
            .OnGet(() => ScriptedServer.Status(HttpStatusCode.BadGateway));

        await remote.SendAsync(RemoteFixture.Request("1"));
        for (var wait = Shortest; wait < Shortest * 32; wait *= 2)
        {
            await remote.Time.AdvanceAsync(wait, wait * 1.25, Token);
        }

        Assert.Contains(RemoteFault.ConnectionLost.Text, await remote.ReceiveAsync(), StringComparison.Ordinal);
        await remote.EndAsync();
    }

    [Fact(Timeout = Eventually.Deadline)]
    public async Task Resumption_ServerAsksToPoll_GoesOnAsLongAsTheToolRuns()
    {
        const int Polls = 12;
        await using var remote = new RemoteFixture();
        var polls = 0;
        remote.Server.Initializes().OnPost("tools/list", new ServerStream().Write("id: 7\nretry: 2000\ndata:\n\n").End())
            .OnGet(() => polls++ < Polls ? new ServerStream().End().Response : new ServerStream().Event(RemoteFixture.Result("1")).End().Response);

        await remote.SendAsync(RemoteFixture.Request("1"));
        for (var i = 0; i <= Polls; i++)
        {
            await remote.Time.AdvanceAsync(TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(2.5), Token);
        }

        Assert.Equal(RemoteFixture.Result("1"), await remote.ReceiveAsync());
        await remote.EndAsync();
    }

    [Theory(Timeout = Eventually.Deadline)]
    [InlineData(HttpStatusCode.NotFound, "ended the session")]
    [InlineData(HttpStatusCode.MethodNotAllowed, "was lost")]
    public async Task Resumption_RefusedForGood_Fails(HttpStatusCode status, string reason)
    {
        await using var remote = new RemoteFixture();
        remote.Server.Initializes().OnPost("tools/list", new ServerStream().Event("", "7").End()).OnGet(() => ScriptedServer.Status(status));

        await remote.SendAsync(RemoteFixture.Request("1"));
        await remote.Time.AdvanceAsync(Shortest, Shortest * 1.25, Token);

        Assert.Contains(reason, await remote.ReceiveAsync(), StringComparison.Ordinal);
        await remote.EndAsync();
    }

    [Theory(Timeout = Eventually.Deadline)]
    [InlineData(false, "without an answer")]
    [InlineData(true, "was lost")]
    public async Task Stream_EndsWithoutAnId_Fails(bool isCut, string reason)
    {
        await using var remote = new RemoteFixture();
        remote.Server.OnPost("tools/list", new ServerStream().End(isCut ? new IOException() : null));

        await remote.SendAsync(RemoteFixture.Request("1"));

        Assert.Contains(reason, await remote.ReceiveAsync(), StringComparison.Ordinal);
        await remote.EndAsync();
    }
}
