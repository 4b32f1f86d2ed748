using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using McpProxy.EndToEnd.Tests.Bridge;
using McpProxy.EndToEnd.Tests.Harness;
using McpProxy.EndToEnd.Tests.Wire;

namespace McpProxy.EndToEnd.Tests.UrlBackends;

/// <summary>A remote server that misbehaves, behind the gateway: each client gets one answer to each call, and no call runs twice.</summary>
public sealed class UrlBackendTurmoilTests
{
    private const int Clients = 4;
    private const int Calls = 40;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("dedicated")]
    [InlineData("shared")]
    public async Task EveryFault_EachCallIsAnsweredOnceAndRunsAtMostOnce(string sharing)
    {
        await using var server = await RemoteServer.StartAsync(Token);
        await using var gateway = await McpProxyProcess.StartAsync(
            ["--port", "0", "--sharing", sharing], Token, start => start.Environment["McpProxy__Backends__default__Url"] = server.Mcp.AbsoluteUri);
        var clients = await Task.WhenAll(Enumerable.Range(0, Clients).Select(_ => StreamableHttpWire.ConnectAsync(gateway.Mcp, Token, "2025-06-18")));
        var executed = new ConcurrentDictionary<string, int>(StringComparer.Ordinal);
        var turn = 0;
        server.Script = async (context, request) =>
        {
            if (request.Rpc != "tools/call")
            {
                return false;
            }

            var count = Interlocked.Increment(ref turn);
            var fault = count % 11;
            if (count % 97 == 50)
            {
                // Seldom, because all calls in flight meet it, and each is sent again once.
                server.ForgetSessions();
                return false;
            }

            if (fault == 2)
            {
                context.Response.StatusCode = 503;
                return true;
            }

            executed.AddOrUpdate((string)JsonNode.Parse(request.Body)!["params"]!["name"]!, 1, (_, count) => count + 1);
            switch (fault)
            {
                case 3:
                    context.Abort();
                    return true;
                case 4:
                    await RemoteServer.EventsAsync(context, "data: garbage\n\n");
                    return true;
                case 5:
                    await RemoteServer.JsonAsync(context, "{");
                    return true;
                default:
                    await RemoteServer.JsonAsync(context, $"{{\"jsonrpc\":\"2.0\",\"id\":{request.RawId()},\"result\":{request.RawParams()}}}");
                    return true;
            }
        };

        var answers = await Task.WhenAll(clients.SelectMany((client, number) => Enumerable.Range(0, Calls).Select(async id =>
            (Name: $"{number}/{id}", Answer: await client.CallAsync(id, $"{number}/{id}", new { }, Token)))));
        server.Script = null;

        Assert.All(answers, pair => Assert.True(pair.Answer["error"] is not null || (string?)pair.Answer["result"]!["name"] == pair.Name, pair.Answer.ToJsonString()));
        Assert.True(answers.Count(pair => pair.Answer["result"] is not null) > answers.Length / 4, gateway.Describe());
        Assert.All(executed, pair => Assert.Equal(1, pair.Value));
        foreach (var client in clients)
        {
            Assert.NotNull((await client.CallAsync("last", "last", new { }, Token))["result"]);
            client.Dispose();
        }

        Assert.Equal(0, await gateway.StopAsync(Token));
    }

    // As behind a load balancer that does not keep a session's requests together.
    [Theory]
    [InlineData("dedicated")]
    [InlineData("shared")]
    public async Task Calls_WhoseSessionIsNeverKnown_AreAnsweredWithAnError(string sharing)
    {
        await using var server = await RemoteServer.StartAsync(Token);
        await using var gateway = await McpProxyProcess.StartAsync(
            ["--port", "0", "--sharing", sharing], Token, start => start.Environment["McpProxy__Backends__default__Url"] = server.Mcp.AbsoluteUri);
        using var client = await StreamableHttpWire.ConnectAsync(gateway.Mcp, Token, "2025-06-18");
        server.Script = (context, request) =>
        {
            context.Response.StatusCode = 404;
            return Task.FromResult(request.Rpc == "tools/call");
        };

        var answers = await Task.WhenAll(Enumerable.Range(0, 3).Select(id => client.CallAsync(id, "t", new { }, Token)));

        Assert.All(answers, answer => Assert.Contains("does not know its own session", (string?)answer["error"]?["message"], StringComparison.Ordinal));
        Assert.Equal(0, await gateway.StopAsync(Token));
    }
}
