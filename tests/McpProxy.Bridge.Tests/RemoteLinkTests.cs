using System.Net;
using System.Text.Json;
using McpProxy.Relay.Remote;
using McpProxy.Relay.Tests;
using McpProxy.Relay.Tests.Remote;

namespace McpProxy.Bridge.Tests;

/// <summary>What the host does not notice: a session that the server has lost is opened anew, and is as it was.</summary>
public sealed class RemoteLinkTests
{
    private const string Level = """{"jsonrpc":"2.0","id":10,"method":"logging/setLevel","params":{"level":"error"}}""";
    private const string Subscription = """{"jsonrpc":"2.0","id":11,"method":"resources/subscribe","params":{"uri":"file:///a"}}""";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory(Timeout = Eventually.Deadline)]
    [InlineData("0")]
    [InlineData("1.0")]
    [InlineData("\"é\"")]
    public async Task SessionLost_NextRequest_IsSentInANewOneThatIsAsTheOldOne(string initializeId)
    {
        await using var bridge = new BridgeFixture();
        await bridge.WriteAsync(BridgeFixture.Initialize.Replace("\"id\":0", $"\"id\":{initializeId}", StringComparison.Ordinal));
        Assert.Equal(BridgeFixture.Result(initializeId), await bridge.ReadAsync());
        await bridge.WriteAsync(BridgeFixture.Initialized, Level, Subscription);
        Assert.Equal([BridgeFixture.Result("10"), BridgeFixture.Result("11")], new[] { await bridge.ReadAsync(), await bridge.ReadAsync() }.Order());
        bridge.Forget();

        await bridge.WriteAsync(BridgeFixture.Request("1"));

        Assert.Equal(BridgeFixture.Result("1"), await bridge.ReadAsync());
        var replayed = bridge.Server.Requests.Where(request => request["Mcp-Session-Id"] == "session-2").Select(request => request.Body).ToList();
        Assert.Equal(BridgeFixture.Initialized, replayed[0]);
        Assert.Contains(replayed, body => body.Contains("logging/setLevel", StringComparison.Ordinal));
        Assert.Contains(replayed, body => body.Contains("resources/subscribe", StringComparison.Ordinal));
        Assert.Contains(BridgeFixture.Request("1"), replayed);
        Assert.Empty(await bridge.EndAsync());
    }

    [Fact(Timeout = Eventually.Deadline)]
    public async Task SessionLost_ManyRequestsInFlight_EachIsAnsweredOnce()
    {
        await using var bridge = new BridgeFixture();
        await bridge.InitializeAsync();
        bridge.Forget();

        await bridge.WriteAsync([.. Enumerable.Range(1, 200).Select(id => BridgeFixture.Request($"{id}"))]);

        var answers = new HashSet<string?>();
        for (var i = 0; i < 200; i++)
        {
            Assert.True(answers.Add(await bridge.ReadAsync()));
        }

        Assert.Empty(Enumerable.Range(1, 200).Select(id => BridgeFixture.Result($"{id}")).Except(answers));
        Assert.Empty(await bridge.EndAsync());
    }

    [Fact(Timeout = Eventually.Deadline)]
    public async Task SessionLost_Notification_IsSentInTheNewOne()
    {
        const string Note = """{"jsonrpc":"2.0","method":"notifications/roots/list_changed"}""";
        await using var bridge = new BridgeFixture();
        await bridge.InitializeAsync();
        await bridge.Server.WaitForAsync(request => request.Posts("initialized"), Token);
        bridge.Forget();

        await bridge.WriteAsync(Note);

        await bridge.Server.WaitForAsync(request => request.Body == Note && request["Mcp-Session-Id"] == "session-2", Token);
        Assert.Empty(await bridge.EndAsync());
    }

    [Fact(Timeout = Eventually.Deadline)]
    public async Task SessionLost_AgainAndAgain_IsToldAfterTheSecondTime()
    {
        await using var bridge = new BridgeFixture();
        await bridge.InitializeAsync();
        bridge.Server.OnPost("tools/list", () => ScriptedServer.Status(HttpStatusCode.NotFound)).OnPost("notifications/x", () => ScriptedServer.Status(HttpStatusCode.NotFound));

        await bridge.WriteAsync(BridgeFixture.Request("1"), """{"jsonrpc":"2.0","method":"notifications/x"}""");

        Assert.Contains(RemoteFault.SessionRefused.Text, await bridge.ReadAsync(), StringComparison.Ordinal);
        Assert.Empty(await bridge.EndAsync());
        Assert.InRange(bridge.Server.Requests.Count(request => request.Posts("\"initialize\"")), 2, 3);
    }

    [Theory(Timeout = Eventually.Deadline)]
    [InlineData("initialized")]
    [InlineData("logging/setLevel")]
    public async Task SessionLost_InTheMiddleOfTheReplay_IsNotOpenedInACircle(string method)
    {
        await using var bridge = new BridgeFixture();
        await bridge.InitializeAsync();
        await bridge.WriteAsync(Level);
        Assert.Equal(BridgeFixture.Result("10"), await bridge.ReadAsync());
        bridge.Server.OnPost(method, () => ScriptedServer.Status(HttpStatusCode.NotFound));
        bridge.Forget();

        await bridge.WriteAsync(BridgeFixture.Request("1"));

        Assert.Contains("\"id\":1", await bridge.ReadAsync(), StringComparison.Ordinal);
        Assert.Empty(await bridge.EndAsync());
        Assert.InRange(bridge.Server.Requests.Count(request => request.Posts("\"initialize\"")), 2, 3);
    }

    [Fact(Timeout = Eventually.Deadline)]
    public async Task StreamEnds_InTheMiddleOfTheReplay_IsNotOpenedInACircle()
    {
        await using var bridge = new BridgeFixture(kind: RemoteKind.HttpSse);
        ServerStream? stream = null;
        bridge.Server.OnGet(() => (stream = new ServerStream().Write("event: endpoint\ndata: /m\n\n")).Response)
            .On(request => request.Method == "POST", async (request, _) =>
            {
                if (request.Posts("\"initialize\""))
                {
                    using var json = JsonDocument.Parse(request.Bytes);
                    stream!.Event(BridgeFixture.Result(json.RootElement.GetProperty("id").GetRawText()));
                }
                else
                {
                    await stream!.End().Closed;
                }

                return ScriptedServer.Status(HttpStatusCode.Accepted);
            });
        await bridge.InitializeAsync();
        await Eventually.TrueAsync(() => bridge.Log.ToString().Contains("session has ended", StringComparison.Ordinal), Token);

        await bridge.WriteAsync(BridgeFixture.Request("1"));

        Assert.Contains("\"id\":1,\"error\"", await bridge.ReadAsync(), StringComparison.Ordinal);
        Assert.Empty(await bridge.EndAsync());
        Assert.Equal(2, bridge.Server.Requests.Count(request => request.Method == "GET"));
    }

    [Fact(Timeout = Eventually.Deadline)]
    public async Task SessionLost_ServerRefusesTheHandshake_TheRequestGetsThatError()
    {
        await using var bridge = new BridgeFixture();
        await bridge.InitializeAsync();
        bridge.Server.OnPost("\"initialize\"", () => ScriptedServer.Json("""{"jsonrpc":"2.0","id":null,"error":{"code":-5,"message":"full"}}""", HttpStatusCode.BadRequest));
        bridge.Forget();

        await bridge.WriteAsync(BridgeFixture.Request("1"));

        Assert.Equal("""{"jsonrpc":"2.0","id":1,"error":{"code":-5,"message":"full"}}""", await bridge.ReadAsync());
        Assert.Empty(await bridge.EndAsync());
    }

    [Fact(Timeout = Eventually.Deadline)]
    public async Task SessionLost_ServerHangsInTheReplay_StdinEndsAndTheRequestIsAnswered()
    {
        await using var bridge = new BridgeFixture(shutdownTimeout: TimeSpan.FromMilliseconds(50));
        await bridge.InitializeAsync();
        var hangs = bridge.Server.Hangs("\"initialize\"");
        bridge.Forget();

        await bridge.WriteAsync(BridgeFixture.Request("1"));
        await hangs;

        var rest = await bridge.EndAsync();
        Assert.Contains("\"id\":1,\"error\"", Assert.Single(rest.Split('\n', StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
    }
}
