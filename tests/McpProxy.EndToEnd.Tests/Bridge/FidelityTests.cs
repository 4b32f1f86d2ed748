using McpProxy.EndToEnd.Tests.Harness;
using McpProxy.EndToEnd.Tests.Wire;

namespace McpProxy.EndToEnd.Tests.Bridge;

/// <summary>Many messages of every kind, both ways over both transports: each comes out as it went in.</summary>
public sealed class FidelityTests
{
    private const int Count = 300;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("streamablehttp")]
    [InlineData("sse")]
    public async Task Requests_OfEverySpelling_AndTheirResults_PassUnchanged(string transport)
    {
        await using var server = await RemoteServer.StartAsync(Token);
        await using var bridge = await ConnectAsync(server, transport, request => request.RawParams());
        var json = new RandomJson(1);
        var parameters = Enumerable.Range(0, Count).Select(_ => json.Object()).ToList();

        await bridge.SendAsync(string.Join('\n', parameters.Select((value, id) => $$"""{"jsonrpc":"2.0","id":{{id}},"method":"any/{{id}}","params":{{value}}}""")), Token);
        await Wait.UntilAsync(() => bridge.Lines.Count > Count, bridge.Describe, Token);

        var sent = server.Requests.Where(request => request.Rpc?.StartsWith("any/", StringComparison.Ordinal) is true).ToDictionary(request => request.Id, request => request.RawParams());
        var lines = bridge.Lines.ToHashSet(StringComparer.Ordinal);
        Assert.All(parameters.Select((value, id) => (value, id)), pair =>
        {
            Assert.Equal(pair.value, sent[$"{pair.id}"]);
            Assert.Contains($$"""{"jsonrpc":"2.0","id":{{pair.id}},"result":{{pair.value}}}""", lines);
        });
    }

    [Theory]
    [InlineData("streamablehttp")]
    [InlineData("sse")]
    public async Task Messages_OfTheServer_InOneStream_ComeInTheirOrder(string transport)
    {
        var json = new RandomJson(2);
        var messages = Enumerable.Range(0, Count).Select(number => (number % 3) switch
        {
            0 => $$$"""{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":1,"progress":{{{number}}},"x":{{{json.Object()}}}}}""",
            1 => $$"""{"jsonrpc":"2.0","method":"notifications/message","params":{{json.Object()}}}""",
            _ => $$"""{"jsonrpc":"2.0","id":"s{{number}}","method":"roots/list","params":{{json.Object()}}}""",
        }).ToList();
        await using var server = await RemoteServer.StartAsync(Token);
        var events = string.Concat(messages.Select(message => $"event: message\ndata: {message}\n\n"));
        SsePeer? peer = null;
        if (transport == "sse")
        {
            peer = new SsePeer(server, "/messages?s=1");
        }

        await using var bridge = await ConnectAsync(server, transport, null, peer);
        if (peer is null)
        {
            server.Script = async (context, request) =>
            {
                if (request.Rpc == "tools/call")
                {
                    await RemoteServer.EventsAsync(context, events + "data: {\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}\n\n");
                    return true;
                }

                return false;
            };
            await bridge.RequestAsync(Rpc.Call(1, "t", new { }, 1), 1, Token);
        }
        else
        {
            await peer.SendAsync(events);
        }

        await Wait.UntilAsync(() => bridge.Lines.Count > Count, () => $"{bridge.Lines.Count} lines", Token);
        Assert.Equal(messages, bridge.Lines.Skip(1).Take(Count));
    }

    // Sampling, elicitation, roots: whatever id the server takes, the host's answer must bear it, and an error is an answer too.
    [Theory]
    [InlineData("streamablehttp")]
    [InlineData("sse")]
    public async Task RequestsOfTheServer_AreAnsweredAsTheHostDoes(string transport)
    {
        string[] ids = ["0", "-3", "\"r\"", "\"é \\\" \\\\\"", "9007199254740993", "1.5"];
        await using var server = await RemoteServer.StartAsync(Token);
        var peer = transport == "sse" ? new SsePeer(server, "/messages?s=1") : null;
        await using var bridge = await ConnectAsync(server, transport, null, peer);
        var events = string.Concat(ids.Select(id => $"data: {{\"jsonrpc\":\"2.0\",\"id\":{id},\"method\":\"elicitation/create\",\"params\":{{}}}}\n\n"));
        if (peer is null)
        {
            server.Script = async (context, request) =>
            {
                await (request.Rpc == "tools/call" ? RemoteServer.EventsAsync(context, events + "data: {\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}\n\n") : Task.CompletedTask);
                return request.Rpc == "tools/call";
            };
            await bridge.RequestAsync(Rpc.Call(1, "t", new { }), 1, Token);
        }
        else
        {
            await peer.SendAsync(events);
        }

        await Wait.UntilAsync(() => bridge.Lines.Count > ids.Length, bridge.Describe, Token);
        var answers = ids.Select((id, number) => number % 2 == 0
            ? $$$"""{"jsonrpc":"2.0","id":{{{id}}},"result":{"action":"accept","content":{"n":1.0} } }"""
            : $$$"""{"jsonrpc":"2.0","id":{{{id}}},"error":{"code":-1,"message":"declined","data":[1e2]}}""").ToList();
        foreach (var answer in answers)
        {
            await bridge.SendAsync(answer, Token);
        }

        await Wait.UntilAsync(() => answers.TrueForAll(answer => server.Requests.Any(request => request.Body == answer)), () => bridge.Describe() + string.Join('\n', server.Requests.Select(request => request.Body)), Token);
    }

    [Fact]
    public async Task Calls_InFlightByTheHundred_AreAnsweredInWhateverOrder()
    {
        await using var server = await RemoteServer.StartAsync(Token);
        await using var bridge = await BridgeHost.ConnectAsync(Token, server.Mcp.AbsoluteUri);
        var all = new TaskCompletionSource();
        var turns = Enumerable.Range(0, 100).Select(_ => new TaskCompletionSource()).ToList();
        var arrived = 0;
        server.Script = async (_, request) =>
        {
            if (request.Rpc == "tools/call")
            {
                if (Interlocked.Increment(ref arrived) == turns.Count)
                {
                    all.SetResult();
                }

                await turns[int.Parse(request.Id)].Task;
            }

            return false;
        };

        await bridge.SendAsync(string.Join('\n', Enumerable.Range(0, turns.Count).Select(id => Rpc.Call(id, "t", new { }))), Token);
        await all.Task.WaitAsync(Wait.Patience, Token);
        for (var id = turns.Count - 1; id >= 0; id--)
        {
            turns[id].SetResult();
            await bridge.ResponseAsync(id, Token);
        }

        Assert.Equal(turns.Count, server.Executions);
        Assert.Equal(turns.Count + 1, bridge.Lines.Count);
    }

    private static Task<StdioWire> ConnectAsync(RemoteServer server, string transport, Func<RemoteRequest, string?>? resultOf, SsePeer? peer = null)
    {
        if (transport == "sse")
        {
            _ = peer ?? new SsePeer(server, "/messages?s=1") { ResultOf = request => request.Rpc == "initialize" ? null : resultOf?.Invoke(request) };
        }
        else if (resultOf is not null)
        {
            server.Script = async (context, request) =>
            {
                if (request.Rpc?.StartsWith("any/", StringComparison.Ordinal) is not true)
                {
                    return false;
                }

                var answer = $$"""{"jsonrpc":"2.0","id":{{request.RawId()}},"result":{{resultOf(request)}}}""";
                await (int.Parse(request.Id) % 2 == 0 ? RemoteServer.JsonAsync(context, answer) : RemoteServer.EventsAsync(context, $"data: {answer}\n\n"));
                return true;
            };
        }

        return BridgeHost.ConnectAsync(Token, "--transport", transport, new Uri(server.Root, transport == "sse" ? "/sse" : "/mcp").AbsoluteUri);
    }
}
