using System.Net;
using McpProxy.Relay.Remote;

namespace McpProxy.Relay.Tests.Remote;

/// <summary>The stream for what a server sends on its own (2025-11-25, transports, listening for messages from the server).</summary>
public sealed class OwnStreamTests
{
    private const string Note = """{"jsonrpc":"2.0","method":"n"}""";

    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(0.5);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory(Timeout = Eventually.Deadline)]
    [InlineData(HttpStatusCode.MethodNotAllowed)]
    [InlineData(HttpStatusCode.NotFound)]
    [InlineData(HttpStatusCode.NotImplemented)]
    [InlineData(HttpStatusCode.OK)]
    public async Task Get_ServerHasNone_TheSessionGoesOn(HttpStatusCode status)
    {
        await using var remote = await OpenAsync(server => server.OnGet(() => ScriptedServer.Status(status)));
        await remote.Server.WaitForAsync(request => request.Method == "GET", Token);
        remote.Server.OnPost("tools/list", () => ScriptedServer.Json(RemoteFixture.Result("1")));

        await remote.SendAsync(RemoteFixture.Request("1"));

        Assert.Equal(RemoteFixture.Result("1"), await remote.ReceiveAsync());
        await remote.EndAsync();
        Assert.Single(remote.Server.Requests, request => request.Method == "GET");
    }

    [Fact(Timeout = Eventually.Deadline)]
    public async Task Get_ServerSendsEvents_ArePassedOnWithTheSession()
    {
        await using var remote = await OpenAsync(server => server.OnGet(new ServerStream().Event(Note)));

        Assert.Equal(Note, await remote.ReceiveAsync());

        var get = Assert.Single(remote.Server.Requests, request => request.Method == "GET");
        Assert.Equal(("session-1", "2025-11-25", "text/event-stream"), (get["Mcp-Session-Id"], get["MCP-Protocol-Version"], get["Accept"]));
        await remote.EndAsync();
    }

    [Fact(Timeout = Eventually.Deadline)]
    public async Task Stream_Dropped_IsOpenedAgainWhereItBroke()
    {
        var (first, second) = (new ServerStream().Event(Note, "5"), new ServerStream().Event(Note, "6"));
        await using var remote = await OpenAsync(server => server.OnGet(first, second));
        Assert.Equal(Note, await remote.ReceiveAsync());

        first.End(new IOException());
        await remote.Time.AdvanceAsync(Shortest, Shortest * 1.25, Token);

        Assert.Equal(Note, await remote.ReceiveAsync());
        Assert.Equal("5", remote.Server.Requests[^1]["Last-Event-ID"]);
        await remote.EndAsync();
    }

    [Fact(Timeout = Eventually.Deadline)]
    public async Task Stream_MissedEventsAreGone_IsOpenedWithoutThem()
    {
        var first = new ServerStream().Event(Note, "5").End();
        var attempt = 0;
        await using var remote = await OpenAsync(server => server.On(request => request.Method == "GET", (request, _) => Task.FromResult(attempt++ == 0 ? first.Response
            : request["Last-Event-ID"] is not null ? ScriptedServer.Status(HttpStatusCode.BadRequest) : new ServerStream().Event(Note).Response)));
        Assert.Equal(Note, await remote.ReceiveAsync());

        await remote.Time.AdvanceAsync(Shortest, Shortest * 1.25, Token);
        await remote.Time.AdvanceAsync(Shortest, Shortest * 1.25, Token);

        Assert.Equal(Note, await remote.ReceiveAsync());
        await remote.EndAsync();
    }

    [Fact(Timeout = Eventually.Deadline)]
    public async Task Get_FailsForAWhile_IsTriedAgain()
    {
        var attempt = 0;
        await using var remote = await OpenAsync(server => server.OnGet(() => attempt++ switch
        {
            0 => ScriptedServer.Status(HttpStatusCode.BadGateway),
            1 => ScriptedServer.Status(HttpStatusCode.Conflict),
            2 => throw new HttpRequestException(HttpRequestError.ConnectionError),
            3 => throw new TaskCanceledException("The HTTP client's own time limit."),
            _ => new ServerStream().Event(Note).Response,
        }));

        for (var wait = Shortest * 2; wait < Shortest * 32; wait *= 2)
        {
            await remote.Time.AdvanceAsync(wait, wait * 1.25, Token);
        }

        Assert.Equal(Note, await remote.ReceiveAsync());
        await remote.EndAsync();
    }

    [Fact(Timeout = Eventually.Deadline)]
    public async Task Get_NotFoundAfterItWasOpen_EndsTheSession()
    {
        var first = new ServerStream().Event(Note);
        var attempt = 0;
        await using var remote = await OpenAsync(server => server.OnGet(() => attempt++ == 0 ? first.Response : ScriptedServer.Status(HttpStatusCode.NotFound)));
        Assert.Equal(Note, await remote.ReceiveAsync());

        first.End();
        await remote.Time.AdvanceAsync(Shortest, Shortest * 2.5, Token);

        Assert.Equal("Broken", await remote.ReceiveAsync());
        Assert.Equal(RemoteFault.SessionLost, remote.Transport.Ended);
        await remote.EndAsync();
    }

    [Fact(Timeout = Eventually.Deadline)]
    public async Task Stream_SilentForTooLong_IsOpenedAgain()
    {
        var (first, second) = (new ServerStream(), new ServerStream().Event(Note));
        await using var remote = await OpenAsync(server => server.OnGet(first, second));

        await remote.Time.AdvanceAsync(TimeSpan.FromMinutes(5), Token);
        await first.Closed;
        await remote.Time.AdvanceAsync(Shortest, Shortest * 1.25, Token);

        Assert.Equal(Note, await remote.ReceiveAsync());
        await remote.EndAsync();
    }

    private static async Task<RemoteFixture> OpenAsync(Action<ScriptedServer> script)
    {
        var remote = new RemoteFixture();
        remote.Server.Initializes();
        script(remote.Server);
        await remote.SendAsync(RemoteFixture.Initialize);
        await remote.ReceiveAsync();
        Assert.DoesNotContain(remote.Server.Requests, request => request.Method == "GET");
        await remote.SendAsync(RemoteFixture.Initialized);
        return remote;
    }
}
