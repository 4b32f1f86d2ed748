using System.Text;
using System.Text.Json.Nodes;
using McpProxy.EndToEnd.Tests.Harness;
using McpProxy.EndToEnd.Tests.Wire;

namespace McpProxy.EndToEnd.Tests.Bridge;

/// <summary>What a host may write to stdin, rightly and wrongly.</summary>
public sealed class LineTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    // 2025-11-25 Lifecycle: the client's own capabilities, name and revision are what the server must see.
    [Theory]
    [InlineData("2024-11-05")]
    [InlineData("2025-03-26")]
    [InlineData("2025-06-18")]
    [InlineData("2025-11-25")]
    [InlineData("2031-01-01")]
    public async Task Initialize_OfAnyRevision_PassesUnchanged(string revision)
    {
        await using var server = await RemoteServer.StartAsync(Token);
        await using var bridge = BridgeHost.Start([server.Mcp.AbsoluteUri]);
        var initialize = $$$"""
            {"jsonrpc":"2.0","id":"i","method":"initialize","params":{"protocolVersion":"{{{revision}}}","capabilities":{"roots":{"listChanged":true},"sampling":{"tools":{}},"elicitation":{"form":{},"url":{}},"x-own":[1.0]},"clientInfo":{"name":"hôst","title":"H","version":"1","icons":[]},"_meta":{"k":1} } }
            """;

        await bridge.RequestAsync(initialize, "i", Token);

        Assert.Equal(initialize, server.Requests.First().Body);
    }

    [Fact]
    public async Task Handshake_WrittenAtOnceWithWhatFollows_ArrivesInOrder()
    {
        await using var server = await RemoteServer.StartAsync(Token);
        await using var bridge = BridgeHost.Start([server.Mcp.AbsoluteUri]);
        string[] lines = [Rpc.Initialize("init"), Rpc.Initialized, .. Enumerable.Range(0, 100).Select(number => Rpc.Call(number, "t", new { }))];

        await bridge.SendAsync(string.Join('\n', lines), Token);
        await Wait.UntilAsync(() => bridge.Lines.Count == 101, bridge.Describe, Token);

        var posts = server.Requests.Where(request => request.Method == "POST").ToList();
        Assert.Equal(["initialize", "notifications/initialized"], posts.Take(2).Select(request => request.Rpc));
        Assert.Equal(Enumerable.Range(0, 100), bridge.Lines.Skip(1).Select(line => (int)JsonNode.Parse(line)!["id"]!).Order());
        Assert.Equal(100, server.Executions);
    }

    [Fact]
    public async Task Line_InPiecesWithCrLfAndEmptyOnes_IsRead()
    {
        await using var server = await RemoteServer.StartAsync(Token);
        await using var bridge = await BridgeHost.ConnectAsync(Token, server.Mcp.AbsoluteUri);

        // The two bytes of é come apart.
        var line = Encoding.UTF8.GetBytes("\r\n\n  \n" + """{"jsonrpc":"2.0","id":1,"method":"é"}""" + "\r\n");
        var cut = Array.IndexOf(line, (byte)0xC3) + 1;
        await bridge.SendBytesAsync(line.AsMemory(0, cut), Token);
        await bridge.SendBytesAsync(line.AsMemory(cut), Token);
        await bridge.ResponseAsync(1, Token);

        Assert.Equal("é", server.Requests.Last(request => request.Id == "1").Rpc);
        Assert.Equal(2, bridge.Lines.Count);
    }

    [Fact]
    public async Task LastLine_WithoutALineFeed_IsAnsweredTheSame()
    {
        await using var server = await RemoteServer.StartAsync(Token);
        await using var bridge = await BridgeHost.ConnectAsync(Token, server.Mcp.AbsoluteUri);

        await bridge.SendBytesAsync(Encoding.UTF8.GetBytes(Rpc.Request("last", "ping")), Token);

        Assert.Equal(0, await bridge.CloseAsync(Token));
        Assert.NotNull(JsonNode.Parse(await bridge.ResponseAsync("last", Token))!["result"]);
    }

    [Theory]
    [InlineData("{not json")]
    [InlineData("Starting server...")]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("\"text\"")]
    [InlineData("""{"jsonrpc":"1.0","id":9,"method":"ping"}""")]
    [InlineData("""{"jsonrpc":"2.0","id":null,"method":"ping"}""")]
    [InlineData("""{"jsonrpc":"2.0","id":{},"method":"ping"}""")]
    [InlineData("""{"jsonrpc":"2.0","id":9}""")]
    [InlineData("""{"jsonrpc":"2.0","id":9,"method":42}""")]
    [InlineData("""{"jsonrpc":"2.0","id":9,"method":"ping"} trailing""")]
    public async Task LineThatIsNoMessage_IsAnErrorAndTheNextIsServed(string line)
    {
        await using var server = await RemoteServer.StartAsync(Token);
        await using var bridge = await BridgeHost.ConnectAsync(Token, server.Mcp.AbsoluteUri);

        await bridge.SendAsync(line, Token);
        var answer = JsonNode.Parse(await bridge.RequestAsync(Rpc.Request(1, "ping"), 1, Token));
        await Wait.UntilAsync(() => bridge.Lines.Count == 3, bridge.Describe, Token);

        Assert.NotNull(answer!["result"]);
        var error = Assert.Single(bridge.Lines, text => JsonNode.Parse(text)!["error"] is not null);
        Assert.Contains((int)JsonNode.Parse(error)!["error"]!["code"]!, (int[])[-32700, -32600]);
        Assert.DoesNotContain(server.Requests, request => request.Body == line);
        Assert.Equal(0, await bridge.CloseAsync(Token));
    }

    [Fact]
    public async Task BytesThatAreNoUtf8_EndNothing()
    {
        await using var server = await RemoteServer.StartAsync(Token);
        await using var bridge = await BridgeHost.ConnectAsync(Token, server.Mcp.AbsoluteUri);

        await bridge.SendBytesAsync(new byte[] { 0xFF, 0xFE, 0x00, 0x0A }, Token);
        await bridge.SendBytesAsync("{\"jsonrpc\":\"2.0\",\"id\":9,\"method\":\"p\xFFng\"}\n".Select(c => (byte)c).ToArray(), Token);

        Assert.NotNull(JsonNode.Parse(await bridge.RequestAsync(Rpc.Request(1, "ping"), 1, Token))!["result"]);
        Assert.Equal(0, await bridge.CloseAsync(Token));
    }

    // 2025-03-26 Base protocol, batching: "MAY send", "MUST support receiving JSON-RPC batches".
    [Fact]
    public async Task Batch_OfTheHost_IsAnsweredOnceEach()
    {
        await using var server = await RemoteServer.StartAsync(Token);
        await using var bridge = BridgeHost.Start([server.Mcp.AbsoluteUri]);
        await bridge.RequestAsync(Rpc.Initialize("init", "2025-03-26"), "init", Token);
        await bridge.SendAsync(Rpc.Initialized, Token);

        await bridge.SendAsync($"[{Rpc.Call(1, "t", new { })}, {Rpc.Notification("notifications/x")} ,{Rpc.Call("2", "t", new { })}]", Token);
        var answers = await Wait.UntilAsync(
            () => ValueTask.FromResult(bridge.Lines.Skip(1).SelectMany(Messages).ToList()), found => found.Count >= 2, bridge.Describe, Token);
        await Wait.UntilAsync(() => server.Of("notifications/x").Count == 1 || server.Requests.Any(request => request.Body.StartsWith('[')), bridge.Describe, Token);
        Assert.Equal(0, await bridge.CloseAsync(Token));

        Assert.Equal(["1", "\"2\""], answers.Select(answer => answer["id"]!.ToJsonString()).Order(StringComparer.Ordinal).Reverse());
        Assert.All(answers, answer => Assert.NotNull(answer["result"]));
        Assert.Equal(2, server.Executions);
    }

    [Fact]
    public async Task Request_WithAnIdInFlight_IsRefusedAndTheFirstGoesOn()
    {
        await using var server = await RemoteServer.StartAsync(Token);
        await using var bridge = await BridgeHost.ConnectAsync(Token, server.Mcp.AbsoluteUri);
        var isReleased = new TaskCompletionSource();
        server.Script = async (_, request) =>
        {
            await (request.Rpc == "tools/call" ? isReleased.Task : Task.CompletedTask);
            return false;
        };

        await bridge.SendAsync(Rpc.Call(5, "t", new { }), Token);
        await Wait.UntilAsync(() => server.Of("tools/call").Count == 1, bridge.Describe, Token);
        await bridge.SendAsync(Rpc.Call(5, "t", new { }), Token);
        await Wait.UntilAsync(() => bridge.Lines.Count == 2, bridge.Describe, Token);
        isReleased.SetResult();
        await Wait.UntilAsync(() => bridge.Lines.Count == 3, bridge.Describe, Token);

        Assert.Equal(-32600, JsonNode.Parse(bridge.Lines[1])!.ErrorCode());
        Assert.NotNull(JsonNode.Parse(bridge.Lines[2])!["result"]);
        Assert.Equal(1, server.Executions);
    }

    [Fact]
    public async Task Argument_OfTenMegabytes_ArrivesWhole()
    {
        await using var server = await RemoteServer.StartAsync(Token);
        await using var bridge = await BridgeHost.ConnectAsync(Token, server.Mcp.AbsoluteUri);
        var call = Rpc.Call(1, "t", new { text = new string('é', 5_000_000) });

        await bridge.RequestAsync(call, 1, Token);

        Assert.Equal(call.Length, server.Of("tools/call").Single().Body.Length);
        Assert.Equal(call, server.Of("tools/call").Single().Body);
    }

    // 2025-11-25 Cancellation, in an initialize-era session: the notification goes to the server.
    [Fact]
    public async Task Cancelled_ByTheHost_ReachesTheServer()
    {
        await using var server = await RemoteServer.StartAsync(Token);
        await using var bridge = await BridgeHost.ConnectAsync(Token, server.Mcp.AbsoluteUri);
        server.Script = async (context, request) =>
        {
            if (request.Rpc != "tools/call")
            {
                return false;
            }

            await RemoteServer.EventsAsync(context, ": begun\n\n");
            await Task.Delay(Timeout.Infinite, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return true;
        };
        await bridge.SendAsync(Rpc.Call("c", "t", new { }), Token);
        await Wait.UntilAsync(() => server.Of("tools/call").Count == 1, bridge.Describe, Token);

        var cancelled = Rpc.Notification("notifications/cancelled", """{"requestId":"c","reason":"no more"}""");
        await bridge.SendAsync(cancelled, Token);
        await Wait.UntilAsync(() => server.Requests.Any(request => request.Body == cancelled), bridge.Describe, Token);

        Assert.NotNull(JsonNode.Parse(await bridge.RequestAsync(Rpc.Request(2, "ping"), 2, Token))!["result"]);
        Assert.Equal(0, await bridge.CloseAsync(Token));
    }

    private static IEnumerable<JsonNode> Messages(string line) => JsonNode.Parse(line) is JsonArray batch ? batch.OfType<JsonNode>() : [JsonNode.Parse(line)!];
}
