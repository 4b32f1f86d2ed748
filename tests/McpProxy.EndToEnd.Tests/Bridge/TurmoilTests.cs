using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using McpProxy.EndToEnd.Tests.Harness;
using McpProxy.EndToEnd.Tests.Wire;
using Microsoft.AspNetCore.Http;

namespace McpProxy.EndToEnd.Tests.Bridge;

/// <summary>Everything at once: whatever a server does, each request is answered once, and no call reaches it twice.</summary>
public sealed class TurmoilTests
{
    private const int Calls = 400;
    private const int Wave = 40;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task StreamableHttp_EveryFault_EachCallIsAnsweredOnceAndRunsAtMostOnce(int seed)
    {
        await using var server = await RemoteServer.StartAsync(Token);
        var faults = new Faults(server, seed);
        await using var bridge = await BridgeHost.ConnectAsync(Token, "--connect-timeout", "2s", server.Mcp.AbsoluteUri);
        server.Script = faults.AnswerAsync;

        await SendAllAsync(bridge);
        await Wait.UntilAsync(() => bridge.Lines.Count >= Calls + 1, () => Missing(bridge), Token);
        server.Script = null;
        var last = JsonNode.Parse(await bridge.RequestAsync(Rpc.Call("last", "t", new { }), "last", Token));
        Assert.Equal(0, await bridge.CloseAsync(Token));

        Assert.True(last!["result"] is not null, last.ToJsonString());
        AssertOnceEach(bridge);
        Assert.All(faults.Executed, pair => Assert.Equal(1, pair.Value));
        Assert.True(bridge.Lines.Count(line => JsonNode.Parse(line)!["result"] is not null) > Calls / 4, "Too few were answered well for the test to mean something.");
    }

    [Theory]
    [InlineData(3)]
    public async Task HttpSse_StreamThatDiesAgainAndAgain_EachCallIsAnsweredOnce(int seed)
    {
        await using var server = await RemoteServer.StartAsync(Token);
        var random = new Random(seed);
        var executed = new ConcurrentDictionary<string, int>(StringComparer.Ordinal);
        SsePeer peer = null!;
        peer = new SsePeer(server, "/messages?s=1");
        var inner = server.Script!;
        await using var bridge = await BridgeHost.ConnectAsync(Token, "--transport", "sse", "--connect-timeout", "2s", new Uri(server.Root, "/sse").AbsoluteUri);
        server.Script = async (context, request) =>
        {
            int turn;
            lock (random)
            {
                turn = request.Rpc == "tools/call" ? random.Next(12) : 99;
            }

            if (request.Rpc == "tools/call" && turn is not (1 or 2))
            {
                executed.AddOrUpdate(request.Id, 1, (_, count) => count + 1);
            }

            switch (turn)
            {
                case 0:
                    peer.Cut();
                    break;
                case 1:
                    context.Response.StatusCode = 500;
                    return true;
                case 2:
                    context.Response.StatusCode = 404;
                    return true;
                case 3:
                    await peer.SendAsync($"event: message\ndata: {{\"jsonrpc\":\"2.0\",\"id\":{request.RawId()}}}\n\n");
                    return true;
            }

            return await inner(context, request);
        };

        await SendAllAsync(bridge);
        await Wait.UntilAsync(() => bridge.Lines.Count >= Calls + 1, () => Missing(bridge), Token);
        server.Script = inner;
        Assert.Equal(0, await bridge.CloseAsync(Token));

        AssertOnceEach(bridge);
        Assert.All(executed, pair => Assert.Equal(1, pair.Value));
    }

    // Three bridges, one gateway that is killed twice under their calls.
    [Fact]
    public async Task Gateway_KilledUnderManyCalls_EachIsAnsweredOnce()
    {
        var gateway = await McpProxyProcess.ServeAsync(Backends.Sample, Token);
        var bridges = new List<StdioWire>
        {
            await BridgeHost.ConnectAsync(Token, gateway.Mcp.AbsoluteUri),
            await BridgeHost.ConnectAsync(Token, "--transport", "sse", gateway.Sse.AbsoluteUri),
            await BridgeHost.ConnectAsync(Token, gateway.Sse.AbsoluteUri),
        };
        try
        {
            for (var round = 0; round < 2; round++)
            {
                foreach (var bridge in bridges)
                {
                    await bridge.SendAsync(string.Join('\n', Enumerable.Range(0, 50).Select(id => Rpc.Call($"{round}/{id}", "slow", new { milliseconds = id * 20, steps = 1 }))), Token);
                }

                await Wait.UntilAsync(() => bridges.TrueForAll(bridge => bridge.Lines.Count > 5 + (round * 50)), () => bridges[0].Describe(), Token);
                await gateway.SignalAsync(Posix.Kill, Token);
                await gateway.DisposeAsync();
                gateway = await McpProxyProcess.StartAsync(["--port", $"{gateway.Root.Port}", "--", .. Backends.Sample], Token);
                await Wait.UntilAsync(() => bridges.TrueForAll(bridge => bridge.Lines.Count == 1 + ((round + 1) * 50)), () => string.Join('\n', bridges.Select(bridge => bridge.Describe())), Token);
            }

            foreach (var bridge in bridges)
            {
                Assert.Equal("up", (string?)JsonNode.Parse(await bridge.RequestAsync(Rpc.Call("up", "echo", new { value = "up" }), "up", Token))!["result"]?["structuredContent"]?["value"]);
                Assert.Equal(0, await bridge.CloseAsync(Token));
                Assert.Equal(102, bridge.Lines.Select(line => JsonNode.Parse(line)!["id"]!.ToJsonString()).Distinct(StringComparer.Ordinal).Count());
                Assert.Equal(102, bridge.Lines.Count);
            }
        }
        finally
        {
            await gateway.DisposeAsync();
            foreach (var bridge in bridges)
            {
                await bridge.DisposeAsync();
            }
        }
    }

    // What comes behind an initialize that is never answered must not hang with it.
    [Fact]
    public async Task Initialize_NeverAnswered_WhatFollowsIsAnsweredToo()
    {
        await using var server = await RemoteServer.StartAsync(Token);
        server.Script = async (context, request) =>
        {
            if (request.Rpc == "initialize")
            {
                await Task.Delay(Timeout.Infinite, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }

            return request.Rpc == "initialize";
        };
        await using var bridge = BridgeHost.Start(["--connect-timeout", "500ms", server.Mcp.AbsoluteUri]);

        await bridge.SendAsync(string.Join('\n', [Rpc.Initialize("init"), Rpc.Initialized, Rpc.Request(1, "tools/list"), Rpc.Request(2, "ping")]), Token);
        foreach (var id in (object[])["init", 1, 2])
        {
            Assert.NotNull(JsonNode.Parse(await bridge.ResponseAsync(id, Token))!["error"]);
        }

        Assert.Equal(3, bridge.Lines.Count);
        Assert.Equal(0, await bridge.CloseAsync(Token));
    }

    // Nobody waits for what is no request: it is said on stderr.
    [Theory]
    [InlineData(400)]
    [InlineData(500)]
    public async Task Notification_Refused_IsSaidOnStderrOnly(int status)
    {
        await using var server = await RemoteServer.StartAsync(Token);
        await using var bridge = await BridgeHost.ConnectAsync(Token, server.Mcp.AbsoluteUri);
        await bridge.RequestAsync(Rpc.Request(0, "ping"), 0, Token);
        var before = bridge.Errors.Count;
        server.Script = (context, request) =>
        {
            var isRefused = request.Id == "null" || request.Rpc is null;
            context.Response.StatusCode = isRefused ? status : 200;
            return Task.FromResult(isRefused);
        };

        await bridge.SendAsync(Rpc.Notification("notifications/roots/list_changed"), Token);
        await Wait.UntilAsync(() => bridge.Errors.Count > before, bridge.Describe, Token);
        await bridge.RequestAsync(Rpc.Request(1, "ping"), 1, Token);

        Assert.Equal(3, bridge.Lines.Count);
        Assert.Equal(0, await bridge.CloseAsync(Token));
    }

    /// <summary>Wave after wave: all that are in flight meet a session that is forgotten, and each is sent again once.</summary>
    private static async Task SendAllAsync(StdioWire bridge)
    {
        var before = bridge.Lines.Count;
        foreach (var wave in Enumerable.Range(0, Calls).Chunk(Wave))
        {
            await bridge.SendAsync(string.Join('\n', wave.Select(id => Rpc.Call(id, "t", new { }))), Token);
            before += wave.Length;
            await Wait.UntilAsync(() => bridge.Lines.Count >= before, () => Missing(bridge), Token);
        }
    }

    private static void AssertOnceEach(StdioWire bridge) => Assert.Equal(
        Enumerable.Range(0, Calls),
        bridge.Lines.Select(line => JsonNode.Parse(line)!).Where(message => message["id"]?.GetValueKind() == System.Text.Json.JsonValueKind.Number).Select(message => (int)message["id"]!).Order());

    private static string Missing(StdioWire bridge)
    {
        var answered = bridge.Lines.Select(line => JsonNode.Parse(line)!["id"]?.ToJsonString()).ToHashSet(StringComparer.Ordinal);
        return $"no answer to {string.Join(", ", Enumerable.Range(0, Calls).Where(id => !answered.Contains($"{id}")))}\n{string.Join('\n', bridge.Errors.TakeLast(40))}";
    }

    /// <summary>Answers calls well or badly, by chance, and counts which of them ran.</summary>
    private sealed class Faults(RemoteServer server, int seed)
    {
        private readonly Random _random = new(seed);

        public ConcurrentDictionary<string, int> Executed { get; } = new(StringComparer.Ordinal);

        public async Task<bool> AnswerAsync(HttpContext context, RemoteRequest request)
        {
            if (request.Rpc != "tools/call")
            {
                return false;
            }

            var turn = Next(Calls / 8) == 0 ? 0 : 1 + Next(13);
            if (turn == 0)
            {
                server.ForgetSessions();
                return false;
            }

            if (turn < 3)
            {
                context.Response.StatusCode = turn == 1 ? 503 : 429;
                return true;
            }

            Executed.AddOrUpdate(request.Id, 1, (_, count) => count + 1);
            var answer = $"{{\"jsonrpc\":\"2.0\",\"id\":{request.RawId()},\"result\":{{}}}}";
            switch (turn)
            {
                case 3:
                    context.Abort();
                    return true;
                case 4:
                    await RemoteServer.EventsAsync(context, ": x\n\n");
                    context.Abort();
                    return true;
                case 5:
                    await RemoteServer.EventsAsync(context, "data: garbage\n\n");
                    return true;
                case 6:
                    await RemoteServer.JsonAsync(context, "{");
                    return true;
                case 7:
                    await RemoteServer.JsonAsync(context, answer[..^1]);
                    return true;
                case < 11:
                    await RemoteServer.EventsAsync(context, $"data: {answer}\n\n");
                    return true;
                default:
                    await RemoteServer.JsonAsync(context, answer);
                    return true;
            }
        }

        private int Next(int count)
        {
            lock (_random)
            {
                return _random.Next(count);
            }
        }
    }
}
