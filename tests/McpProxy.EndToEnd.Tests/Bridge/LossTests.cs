using System.Text.Json.Nodes;
using McpProxy.EndToEnd.Tests.Harness;
using McpProxy.EndToEnd.Tests.Wire;

namespace McpProxy.EndToEnd.Tests.Bridge;

/// <summary>Sessions and connections that are lost at bad moments: nothing runs twice, and the host sees its own answers only.</summary>
public sealed class LossTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Session_LostUnderManyCalls_IsOpenedOnceAndEachRunsOnce()
    {
        await using var server = await RemoteServer.StartAsync(Token);
        await using var bridge = await ConnectAsync(server);

        server.ForgetSessions();
        await bridge.SendAsync(string.Join('\n', Enumerable.Range(0, 50).Select(id => Rpc.Call(id, "t", new { }))), Token);
        await Wait.UntilAsync(() => bridge.Lines.Count == 51, bridge.Describe, Token);

        var answers = bridge.Lines.Skip(1).Select(line => JsonNode.Parse(line)!).ToList();
        Assert.All(answers, answer => Assert.True(answer["result"] is not null, answer.ToJsonString()));
        Assert.Equal(Enumerable.Range(0, 50), answers.Select(answer => (int)answer["id"]!).Order());
        Assert.Equal(50, server.Executions);
        Assert.Equal(2, server.Of("initialize").Count);
        Assert.Equal(2, server.Of("notifications/initialized").Count);
    }

    [Fact]
    public async Task Session_LostAgainLater_IsOpenedAgainEachTime()
    {
        await using var server = await RemoteServer.StartAsync(Token);
        await using var bridge = await ConnectAsync(server);

        for (var turn = 0; turn < 5; turn++)
        {
            server.ForgetSessions();
            Assert.NotNull(JsonNode.Parse(await bridge.RequestAsync(Rpc.Call(turn, "t", new { }), turn, Token))!["result"]);
        }

        Assert.Equal(5, server.Executions);
        Assert.Equal(6, server.Of("initialize").Count);
        Assert.Equal(6, bridge.Lines.Count);
    }

    [Fact]
    public async Task Session_FoundLostByANotification_IsOpenedAndTheNotificationArrives()
    {
        await using var server = await RemoteServer.StartAsync(Token);
        await using var bridge = await ConnectAsync(server);

        server.ForgetSessions();
        await bridge.SendAsync(Rpc.Notification("notifications/roots/list_changed"), Token);
        await bridge.RequestAsync(Rpc.Call(1, "t", new { }), 1, Token);

        await Wait.UntilAsync(() => server.Of("notifications/roots/list_changed").Count == 2, bridge.Describe, Token);
        var sessions = server.Of("notifications/roots/list_changed").Select(request => request.Header("Mcp-Session-Id")).ToList();
        Assert.Equal(server.Of("tools/call")[^1].Header("Mcp-Session-Id"), sessions[1]);
        Assert.Equal(2, server.Of("initialize").Count);
        Assert.Equal(1, server.Executions);
        Assert.Equal(2, bridge.Lines.Count);
    }

    [Fact]
    public async Task State_OfTheSession_IsTheLatest()
    {
        await using var server = await RemoteServer.StartAsync(Token);
        await using var bridge = await ConnectAsync(server);
        string[] requests =
        [
            Rpc.Request(1, "logging/setLevel", """{"level":"error"}"""), Rpc.Request(2, "logging/setLevel", """{"level":"debug"}"""),
            Rpc.Request(3, "resources/subscribe", """{"uri":"a:1"}"""), Rpc.Request(4, "resources/subscribe", """{"uri":"a:2"}"""),
            Rpc.Request(5, "resources/subscribe", """{"uri":"a:3"}"""), Rpc.Request(6, "resources/unsubscribe", """{"uri":"a:1"}"""),
        ];
        foreach (var (request, id) in requests.Select((request, number) => (request, number + 1)))
        {
            await bridge.RequestAsync(request, id, Token);
        }

        server.ForgetSessions();
        var before = server.Requests.Count;
        await bridge.RequestAsync(Rpc.Call(7, "t", new { }), 7, Token);

        var again = server.Requests.Skip(before).ToList();
        Assert.Equal(["debug"], again.Where(request => request.Rpc == "logging/setLevel").Select(request => Member(request, "level")));
        Assert.Equal(["a:2", "a:3"], again.Where(request => request.Rpc == "resources/subscribe").Select(request => Member(request, "uri")).Order(StringComparer.Ordinal));
        Assert.Equal(8, bridge.Lines.Count);
        Assert.Single(again, request => request.Rpc == "initialize");
    }

    [Fact]
    public async Task Handshake_Refused_WhenItIsReplayed_IsAnErrorAndLaterWorks()
    {
        await using var server = await RemoteServer.StartAsync(Token);
        await using var bridge = await ConnectAsync(server);
        server.ForgetSessions();
        var refuses = true;
        server.Script = async (context, request) =>
        {
            var isRefused = refuses && request.Rpc == "initialize";
            await (isRefused ? RemoteServer.JsonAsync(context, $$$"""{"jsonrpc":"2.0","id":{{{request.RawId()}}},"error":{"code":-32603,"message":"not ready"} }""") : Task.CompletedTask);
            return isRefused;
        };

        var failed = JsonNode.Parse(await bridge.RequestAsync(Rpc.Call(1, "t", new { }), 1, Token));
        refuses = false;
        var answer = JsonNode.Parse(await bridge.RequestAsync(Rpc.Call(2, "t", new { }), 2, Token));

        Assert.NotEmpty((string)failed!["error"]!["message"]!);
        Assert.True(answer!["result"] is not null, bridge.Describe());
        Assert.Equal(1, server.Executions);
    }

    // What was sent may have been carried out: it is not sent again, whatever the HTTP stack thinks of it.
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Connection_ResetWhenTheCallHasArrived_IsAnErrorAndNothingIsSentAgain(bool hasBegun)
    {
        await using var server = await RemoteServer.StartAsync(Token);
        await using var bridge = await ConnectAsync(server);
        server.Script = async (context, request) =>
        {
            if (request.Id != "1")
            {
                return false;
            }

            await (hasBegun ? RemoteServer.EventsAsync(context, ": begun\n\n") : Task.CompletedTask);
            context.Abort();
            return true;
        };

        var failed = JsonNode.Parse(await bridge.RequestAsync(Rpc.Call(1, "t", new { }), 1, Token));
        var answer = JsonNode.Parse(await bridge.RequestAsync(Rpc.Call(2, "t", new { }), 2, Token));

        Assert.NotEmpty((string)failed!["error"]!["message"]!);
        Assert.NotNull(answer!["result"]);
        Assert.Single(server.Of("tools/call"), request => request.Id == "1");
    }

    [Theory]
    [InlineData(401, null)]
    [InlineData(403, null)]
    [InlineData(429, null)]
    [InlineData(500, null)]
    [InlineData(502, "<html>Bad gateway</html>")]
    [InlineData(503, null)]
    [InlineData(500, """{"jsonrpc":"2.0","id":1,"error":{"code":-32603,"message":"broken inside"}}""")]
    [InlineData(503, """{"jsonrpc":"2.0","id":null,"error":{"code":-32000,"message":"broken inside"}}""")]
    [InlineData(429, """{"jsonrpc":"2.0","error":{"code":-32000,"message":"broken inside"}}""")]
    [InlineData(403, """{"jsonrpc":"2.0","id":"server-error","error":{"code":-32000,"message":"broken inside"}}""")]
    public async Task Refusal_IsAnErrorOnceAndNothingIsTriedAgain(int status, string? body)
    {
        await using var server = await RemoteServer.StartAsync(Token);
        await using var bridge = await BridgeHost.ConnectAsync(Token, "-H", "Authorization", "Bearer mine", server.Mcp.AbsoluteUri);
        server.Script = async (context, request) =>
        {
            if (request.Id != "1")
            {
                return false;
            }

            context.Response.StatusCode = status;
            context.Response.Headers.RetryAfter = "0";
            await (body is null ? Task.CompletedTask : RemoteServer.JsonAsync(context, body, status));
            return true;
        };

        var failed = JsonNode.Parse(await bridge.RequestAsync(Rpc.Call(1, "t", new { }), 1, Token));
        var answer = JsonNode.Parse(await bridge.RequestAsync(Rpc.Call(2, "t", new { }), 2, Token));

        Assert.Contains(body?.StartsWith('{') is true ? "broken inside" : $"{status}", (string)failed!["error"]!["message"]!, StringComparison.Ordinal);
        Assert.NotNull(answer!["result"]);
        Assert.Equal(2, server.Of("tools/call").Count);
        Assert.Single(server.Of("initialize"));
        Assert.Equal(3, bridge.Lines.Count);
    }

    [Theory]
    [InlineData(401, "text/plain", "")]
    [InlineData(403, "text/plain", "")]
    [InlineData(404, "text/html", "<html>")]
    [InlineData(500, "text/html", "<html>")]
    [InlineData(200, "text/html", "<html>")]
    [InlineData(200, "application/json", """{"hello":"world"}""")]
    public async Task Initialize_Refused_IsAnErrorAndTheNextOneWorks(int status, string type, string body)
    {
        await using var server = await RemoteServer.StartAsync(Token);
        server.Script = async (context, _) =>
        {
            context.Response.StatusCode = status;
            context.Response.ContentType = type;
            await context.Response.Body.WriteAsync(System.Text.Encoding.UTF8.GetBytes(body), Token);
            return true;
        };
        await using var bridge = BridgeHost.Start(["-H", "Authorization", "Bearer mine", server.Mcp.AbsoluteUri]);

        var failed = JsonNode.Parse(await bridge.RequestAsync(Rpc.Initialize("first"), "first", Token));
        server.Script = null;
        var answer = JsonNode.Parse(await bridge.RequestAsync(Rpc.Initialize("second"), "second", Token));

        Assert.NotEmpty((string)failed!["error"]!["message"]!);
        Assert.True(answer!["result"] is not null, bridge.Describe());
        Assert.Equal(0, await bridge.CloseAsync(Token));
    }

    [Fact]
    public async Task Stream_WhoseResumptionFindsNoSession_IsAnErrorAndTheCallIsNotMadeAgain()
    {
        await using var server = await RemoteServer.StartAsync(Token);
        await using var bridge = await ConnectAsync(server);
        server.Script = async (context, request) =>
        {
            if (request.Rpc == "tools/call" && request.Id == "1")
            {
                server.ForgetSessions();
                await RemoteServer.EventsAsync(context, "id: e1\nretry: 10\ndata:\n\n");
                return true;
            }

            context.Response.StatusCode = request.Method == "GET" ? 404 : 200;
            return request.Method == "GET";
        };

        var failed = JsonNode.Parse(await bridge.RequestAsync(Rpc.Call(1, "t", new { }), 1, Token));
        var answer = JsonNode.Parse(await bridge.RequestAsync(Rpc.Call(2, "t", new { }), 2, Token));

        Assert.NotEmpty((string)failed!["error"]!["message"]!);
        Assert.True(answer!["result"] is not null, bridge.Describe());
        Assert.Single(server.Of("tools/call"), request => request.Id == "1");
    }

    /// <summary>Shakes hands, and waits until the server has seen all of it.</summary>
    private static async Task<StdioWire> ConnectAsync(RemoteServer server)
    {
        var bridge = await BridgeHost.ConnectAsync(Token, server.Mcp.AbsoluteUri);
        await Wait.UntilAsync(() => server.Of("notifications/initialized").Count == 1, bridge.Describe, Token);
        return bridge;
    }

    private static string? Member(RemoteRequest request, string name) => (string?)JsonNode.Parse(request.Body)!["params"]![name];
}
