using System.Text.Json.Nodes;
using McpProxy.EndToEnd.Tests.Harness;
using McpProxy.EndToEnd.Tests.Wire;
using Microsoft.AspNetCore.Http;

namespace McpProxy.EndToEnd.Tests.Bridge;

/// <summary>What a host notices when the remote server goes away, forgets or misbehaves: errors at once, and nothing twice.</summary>
public sealed class RecoveryTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Session_ForgottenByTheServer_IsOpenedAgainWithoutTheHostNoticing()
    {
        await using var server = await RemoteServer.StartAsync(Token);
        await using var bridge = await BridgeHost.ConnectAsync(Token, server.Mcp.AbsoluteUri);
        await bridge.RequestAsync(Rpc.Request(1, "logging/setLevel", """{"level":"error"}"""), 1, Token);
        await bridge.RequestAsync(Rpc.Request(2, "resources/subscribe", """{"uri":"a:b"}"""), 2, Token);

        server.ForgetSessions();
        var answer = JsonNode.Parse(await bridge.RequestAsync(Rpc.Call(3, "t", new { }), 3, Token));

        Assert.True(answer!["result"] is not null, bridge.Describe());
        Assert.Equal(1, server.Executions);
        var again = server.Requests.SkipWhile(request => request.Id != "3").Skip(1).Where(request => request.Method == "POST").ToList();
        Assert.Equal(
            ["initialize", "notifications/initialized", "logging/setLevel", "resources/subscribe", "tools/call"], again.Select(request => request.Rpc));
        Assert.Equal("wire", (string?)JsonNode.Parse(again[0].Body)!["params"]!["clientInfo"]!["name"]);
        Assert.Null(again[0].Header("Mcp-Session-Id"));
        Assert.NotEqual(server.Requests.First(request => request.Rpc == "logging/setLevel").Header("Mcp-Session-Id"), again[^1].Header("Mcp-Session-Id"));
    }

    // The reference server answers so after a restart, in place of 404.
    [Fact]
    public async Task Session_RefusedWith400_IsOpenedAgain()
    {
        await using var server = await RemoteServer.StartAsync(Token);
        await using var bridge = await BridgeHost.ConnectAsync(Token, server.Mcp.AbsoluteUri);
        var isRefused = false;
        server.Script = async (context, request) =>
        {
            if (request.Rpc != "tools/call" || isRefused)
            {
                return false;
            }

            isRefused = true;
            await RemoteServer.JsonAsync(context, """{"jsonrpc":"2.0","error":{"code":-32000,"message":"Bad Request: No valid session ID provided"},"id":null}""", 400);
            return true;
        };

        var answer = JsonNode.Parse(await bridge.RequestAsync(Rpc.Call(3, "t", new { }), 3, Token));

        Assert.True(answer!["result"] is not null, bridge.Describe());
        Assert.Equal(1, server.Executions);
    }

    [Fact]
    public async Task Session_ForgottenAgainAndAgain_IsAnErrorInTheEnd()
    {
        await using var server = await RemoteServer.StartAsync(Token);
        await using var bridge = await BridgeHost.ConnectAsync(Token, server.Mcp.AbsoluteUri);
        server.Script = async (context, request) =>
        {
            context.Response.StatusCode = 404;
            await Task.CompletedTask;
            return request.Rpc == "tools/call";
        };

        var answer = JsonNode.Parse(await bridge.RequestAsync(Rpc.Call(3, "t", new { }), 3, Token));

        Assert.Contains("session", (string?)answer!["error"]!["message"], StringComparison.OrdinalIgnoreCase);
        Assert.Equal(2, server.Of("tools/call").Count);
    }

    [Fact]
    public async Task Server_KilledInTheMiddleOfACall_AnswersAtOnceAndCallsNothingTwice()
    {
        var server = await RemoteServer.StartAsync(Token);
        var port = server.Root.Port;
        await using var bridge = await BridgeHost.ConnectAsync(Token, server.Mcp.AbsoluteUri);
        server.Script = async (context, request) =>
        {
            if (request.Rpc == "tools/call")
            {
                await Task.Delay(Timeout.Infinite, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }

            return request.Rpc == "tools/call";
        };

        await bridge.SendAsync(Rpc.Call("long", "t", new { }), Token);
        await Wait.UntilAsync(() => server.Of("tools/call").Count == 1, () => "the call arrives", Token);
        await server.DisposeAsync();
        var error = JsonNode.Parse(await bridge.ResponseAsync("long", Token));
        var refused = JsonNode.Parse(await bridge.RequestAsync(Rpc.Request("down", "ping"), "down", Token));
        await using var second = await RemoteServer.StartAsync(Token, port);
        var answer = JsonNode.Parse(await bridge.RequestAsync(Rpc.Call("next", "t", new { }), "next", Token));

        Assert.Contains("may have been carried out", (string?)error!["error"]!["message"], StringComparison.Ordinal);
        Assert.Contains("cannot be reached", (string?)refused!["error"]!["message"], StringComparison.Ordinal);
        Assert.True(answer!["result"] is not null, bridge.Describe());
        Assert.Equal(1, second.Executions);
    }

    [Fact]
    public async Task Server_DownAtStart_IsAnErrorAndThenWorks()
    {
        int port;
        await using (var gone = await RemoteServer.StartAsync(Token))
        {
            port = gone.Root.Port;
        }

        await using var bridge = BridgeHost.Start([$"http://127.0.0.1:{port}/mcp"]);
        var refused = JsonNode.Parse(await bridge.RequestAsync(Rpc.Initialize(1), 1, Token));
        await using var server = await RemoteServer.StartAsync(Token, port);
        var answer = JsonNode.Parse(await bridge.RequestAsync(Rpc.Initialize(2), 2, Token));

        Assert.Contains("cannot be reached", (string?)refused!["error"]!["message"], StringComparison.Ordinal);
        Assert.Equal("remote", (string?)answer!["result"]!["serverInfo"]!["name"]);
    }

    [Theory]
    [InlineData(401, "HTTP 401")]
    [InlineData(403, "HTTP 403")]
    [InlineData(429, "HTTP 429")]
    [InlineData(500, "HTTP 500")]
    [InlineData(503, "HTTP 503")]
    public async Task Status_WithoutAMessage_IsAnErrorForThatRequestOnly(int status, string text)
    {
        await using var server = await RemoteServer.StartAsync(Token);
        await using var bridge = await BridgeHost.ConnectAsync(Token, "-H", "Authorization", "Bearer mine", server.Mcp.AbsoluteUri);
        server.Script = async (context, request) =>
        {
            context.Response.StatusCode = request.Id == "1" ? status : 200;
            await Task.CompletedTask;
            return request.Id == "1";
        };

        var refused = JsonNode.Parse(await bridge.RequestAsync(Rpc.Call(1, "t", new { }), 1, Token));
        var answer = JsonNode.Parse(await bridge.RequestAsync(Rpc.Call(2, "t", new { }), 2, Token));

        Assert.Contains(text, (string?)refused!["error"]!["message"], StringComparison.Ordinal);
        Assert.True(answer!["result"] is not null, bridge.Describe());
    }

    [Fact]
    public async Task Status_WithAJsonRpcError_IsThatErrorUnderTheIdOfTheRequest()
    {
        await using var server = await RemoteServer.StartAsync(Token);
        await using var bridge = await BridgeHost.ConnectAsync(Token, server.Mcp.AbsoluteUri);
        server.Script = async (context, request) =>
        {
            var fails = request.Rpc == "tools/call";
            await (fails ? RemoteServer.JsonAsync(context, """{"jsonrpc":"2.0","id":null,"error":{"code":-32602,"message":"no","data":[1.0]}}""", 400) : Task.CompletedTask);
            return fails;
        };

        var answer = await bridge.RequestAsync(Rpc.Call(1, "t", new { }), 1, Token);

        Assert.Equal("""{"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"no","data":[1.0]}}""", answer);
    }

    [Theory]
    [InlineData("text/html", "<html>")]
    [InlineData("application/json", "garbage")]
    [InlineData("application/json", """{"jsonrpc":"2.0"}""")]
    [InlineData("text/event-stream", "data: garbage\n\n")]
    [InlineData("text/event-stream", ": nothing\n\n")]
    [InlineData("text/event-stream", "")]
    public async Task Answer_ThatIsNone_IsAnErrorForThatRequestOnly(string type, string body)
    {
        await using var server = await RemoteServer.StartAsync(Token);
        await using var bridge = await BridgeHost.ConnectAsync(Token, server.Mcp.AbsoluteUri);
        server.Script = async (context, request) =>
        {
            if (request.Id != "1")
            {
                return false;
            }

            context.Response.ContentType = type;
            await context.Response.WriteAsync(body, context.RequestAborted);
            return true;
        };

        var refused = JsonNode.Parse(await bridge.RequestAsync(Rpc.Call(1, "t", new { }), 1, Token));
        var answer = JsonNode.Parse(await bridge.RequestAsync(Rpc.Call(2, "t", new { }), 2, Token));

        Assert.NotEmpty((string)refused!["error"]!["message"]!);
        Assert.True(answer!["result"] is not null, bridge.Describe());
    }

    // 2025-11-25, basic/transports, resumability and redelivery.
    [Fact]
    public async Task Stream_ThatBreaksOffAfterAnEventId_IsResumedOnce()
    {
        await using var server = await RemoteServer.StartAsync(Token);
        await using var bridge = await BridgeHost.ConnectAsync(Token, server.Mcp.AbsoluteUri);
        server.Script = async (context, request) =>
        {
            if (request.Rpc == "tools/call")
            {
                await RemoteServer.EventsAsync(context, "id: e1\nretry: 10\ndata: {\"jsonrpc\":\"2.0\",\"method\":\"notifications/one\"}\n\n");
                return true;
            }

            if (request.Method == "GET" && request.Header("Last-Event-ID") == "e1")
            {
                await RemoteServer.EventsAsync(context, "id: e2\ndata: {\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"resumed\":true}}\n\n");
                return true;
            }

            return false;
        };

        var answer = JsonNode.Parse(await bridge.RequestAsync(Rpc.Call(1, "t", new { }), 1, Token));

        Assert.Equal(true, (bool?)answer!["result"]!["resumed"]);
        Assert.Single(bridge.Lines, line => line.Contains("notifications/one", StringComparison.Ordinal));
        Assert.Single(bridge.Lines, line => line.Contains("resumed", StringComparison.Ordinal));
    }

    [Fact]
    public async Task OwnStream_Dropped_IsOpenedAgainWhereItBrokeOff()
    {
        await using var server = await RemoteServer.StartAsync(Token);
        var opened = 0;
        server.Script = async (context, request) =>
        {
            if (request.Method != "GET")
            {
                return false;
            }

            var number = Interlocked.Increment(ref opened);
            await RemoteServer.EventsAsync(context, $"id: g{number}\nretry: 10\ndata: {{\"jsonrpc\":\"2.0\",\"method\":\"notifications/n{number}\"}}\n\n");
            await (number == 1 ? Task.CompletedTask : Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default));
            return true;
        };
        await using var bridge = await BridgeHost.ConnectAsync(Token, server.Mcp.AbsoluteUri);

        await Wait.UntilAsync(() => bridge.Lines.Any(line => line.Contains("notifications/n2", StringComparison.Ordinal)), bridge.Describe, Token);

        var streams = server.Requests.Where(request => request.Method == "GET").ToList();
        Assert.Null(streams[0].Header("Last-Event-ID"));
        Assert.Equal("g1", streams[1].Header("Last-Event-ID"));
        Assert.Single(bridge.Lines, line => line.Contains("notifications/n1", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Initialize_NeverAnswered_FailsWithinTheConnectTimeout()
    {
        await using var server = await RemoteServer.StartAsync(Token);
        server.Script = async (context, _) =>
        {
            await Task.Delay(Timeout.Infinite, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return true;
        };
        await using var bridge = BridgeHost.Start(["--connect-timeout", "500ms", server.Mcp.AbsoluteUri]);

        var answer = JsonNode.Parse(await bridge.RequestAsync(Rpc.Initialize(1), 1, Token));

        Assert.Contains("--connect-timeout", (string?)answer!["error"]!["message"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Call_LongerThanEveryTimeout_IsWaitedFor()
    {
        await using var server = await RemoteServer.StartAsync(Token);
        await using var bridge = await BridgeHost.ConnectAsync(Token, "--connect-timeout", "2s", "--idle-timeout", "200ms", server.Mcp.AbsoluteUri);
        server.Script = async (context, request) =>
        {
            if (request.Rpc != "tools/call")
            {
                return false;
            }

            await RemoteServer.EventsAsync(context, ": begun\n\n");
            await Task.Delay(TimeSpan.FromSeconds(2.5), context.RequestAborted);
            await RemoteServer.EventsAsync(context, "data: {\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}\n\n");
            return true;
        };

        var answer = JsonNode.Parse(await bridge.RequestAsync(Rpc.Call(1, "t", new { }), 1, Token));

        Assert.True(answer!["result"] is not null, bridge.Describe());
    }
}
