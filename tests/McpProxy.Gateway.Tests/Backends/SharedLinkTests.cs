using System.Text.Json;
using System.Text.RegularExpressions;
using McpProxy.Gateway.Configuration;
using McpProxy.Gateway.Tests.Harness;

namespace McpProxy.Gateway.Tests.Backends;

/// <summary>One connection for all sessions: who said what is kept apart.</summary>
public sealed partial class SharedLinkTests : GatewayTest
{
    [Theory]
    [InlineData(nameof(SharingMode.Shared), """{"roots":{},"sampling":{},"elicitation":{}}""")]
    [InlineData(nameof(SharingMode.Auto), "{}")]
    public async Task Start_Backend_IsInitializedOnceAsTheGateway(string sharing, string capabilities)
    {
        var host = await StartAsync(FaultServer.Create(Enum.Parse<SharingMode>(sharing)));
        await host.ConnectAsync();
        var client = await host.ConnectAsync();

        var seen = await client.SeenAsync();

        var parameters = JsonElement.Parse(seen[0]).Params();
        Assert.Equal("mcp-proxy", parameters.GetProperty("clientInfo").GetProperty("name").GetString());
        Assert.Equal("2025-11-25", parameters.GetProperty("protocolVersion").GetString());
        Assert.Equal(capabilities, parameters.GetProperty("capabilities").GetRawText());
        Assert.Equal("""{"jsonrpc":"2.0","method":"notifications/initialized"}""", seen[1]);
        Assert.Equal(3, seen.Count);
    }

    [Fact]
    public async Task Initialize_SecondClient_GetsTheSameBytesButForTheId()
    {
        var host = await StartAsync(FaultServer.Shared("--pretty-crlf"));

        var first = (await host.Client().PostAsync(Rpc.Initialize(id: "1"), McpClient.AcceptJson)).Body;
        var second = (await host.Client().PostAsync(Rpc.Initialize(id: "\"é\""), McpClient.AcceptJson)).Body;

        Assert.Equal("\"é\"", JsonElement.Parse(second).Id());
        Assert.Equal(first, second.Replace("\"é\"", "1"));
        Assert.Contains("Misbehaves on demand.", first, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("2025-11-25", "2025-11-25", "2025-11-25")]
    [InlineData("2025-06-18", "2025-11-25", "2025-06-18")]
    [InlineData("2024-11-05", "2025-11-25", "2024-11-05")]
    [InlineData("2025-03-26", "2025-06-18", "2025-03-26")]
    [InlineData("2025-11-25", "2025-06-18", "2025-06-18")]
    [InlineData("2025-11-25", "2024-11-05", "2024-11-05")]
    [InlineData("2019-01-01", "2025-06-18", "2025-06-18")]
    [InlineData("2026-07-28", "2025-11-25", "2025-11-25")]
    [InlineData("", "2025-11-25", "2025-11-25")]
    public async Task Initialize_Revision_IsTheAskedOneUnlessTheBackendIsOlder(string asked, string backend, string answered)
    {
        var host = await StartAsync(FaultServer.Shared("--legacy-version", backend));

        var client = await host.ConnectAsync(version: asked);

        Assert.Equal(answered, client.Version);
        Assert.Equal("fault-server", client.Initialized.GetProperty("result").GetProperty("serverInfo").GetProperty("name").GetString());
    }

    [Fact]
    public async Task Request_OddlySpelled_ReachesTheBackendButForIdTokenAndLineEnds()
    {
        var host = await StartAsync(FaultServer.Shared());
        var client = await host.ConnectAsync();

        await client.PostAsync(
            "{ \"params\" :{\"x\":[1.0,1e2, \"\\u00e9\"],\r\n\"_meta\":{ \"progressToken\":\"t\" ,\"a\":null},\"name\":\"echo\"},\n\"id\": \"é\",\"jsonrpc\":\"2.0\" ,\"method\" : \"tools/call\"}");

        var line = (await client.SeenAsync())[^2];
        Assert.Equal(
            """{ "params" :{"x":[1.0,1e2, "\u00e9"],  "_meta":{ "progressToken":# ,"a":null},"name":"echo"}, "id": #,"jsonrpc":"2.0" ,"method" : "tools/call"}""",
            OwnIds().Replace(line, "#"));
    }

    [Fact]
    public async Task Notification_Any_ReachesTheBackendAsItIs()
    {
        var host = await StartAsync(FaultServer.Shared());
        var client = await host.ConnectAsync();

        await client.PostAsync("""{"jsonrpc":"2.0","method":"notifications/own","params":{"n":1.0}}""");

        Assert.Equal("""{"jsonrpc":"2.0","method":"notifications/own","params":{"n":1.0}}""", (await client.SeenAsync())[^2]);
    }

    [Fact]
    public async Task Calls_OfManySessionsWithEqualIdsAndTokens_NeverMix()
    {
        const int Sessions = 4;
        const int Calls = 500;
        var host = await StartAsync(FaultServer.Shared());
        var clients = await Task.WhenAll(Enumerable.Range(0, Sessions).Select(_ => host.ConnectAsync()));

        await Parallel.ForEachAsync(Enumerable.Range(0, Sessions * 8), TestContext.Current.CancellationToken, async (worker, _) =>
        {
            var (session, id) = (worker % Sessions, worker / Sessions);
            for (var call = 0; call < Calls / 8; call++)
            {
                // The id is that of a worker in each other session too; how many steps there are tells whose they are.
                var steps = 1 + session;
                var progress = (await clients[session].PostAsync(Rpc.Call("notify", $$"""{"count":{{steps}}}""", $"{id}", $"{id}"))).Messages;
                Assert.Equal(steps, progress.Count(message => message.Method() == "notifications/progress"));
                Assert.All(progress.SkipLast(1), message => Assert.Equal((id, steps), (Number(message, "progressToken"), Number(message, "total"))));
                var echo = await clients[session].RequestAsync(Rpc.Call("echo", $"[{session},{worker},{call}]", $"{id}"));
                Assert.Equal(($"{id}", $"[{session},{worker},{call}]"), (echo.Id(), echo.Text()));
            }
        });
    }

    [Fact]
    public async Task Cancelled_Request_IsCancelledUnderTheIdThatTheBackendKnows()
    {
        var host = await StartAsync(FaultServer.Shared());
        var (client, other) = (await host.ConnectAsync(), await host.ConnectAsync());
        var sleeping = await client.StreamAsync(Rpc.Call("sleep", """{"ms":600000}""", id: "7"));
        var otherSleeping = await other.StreamAsync(Rpc.Call("sleep", """{"ms":1000}""", id: "7"));

        await client.PostAsync(Rpc.Cancelled("7"));

        Assert.Equal(-32800, (await sleeping.ReadResponseAsync()).ErrorCode());
        Assert.Equal("slept", (await otherSleeping.ReadResponseAsync()).Text());
        var seen = (await client.SeenAsync()).Select(line => JsonElement.Parse(line)).ToList();
        var cancelled = Assert.Single(seen, message => message.Method() == "notifications/cancelled").Params().GetProperty("requestId").GetRawText();
        Assert.Contains("600000", seen.Single(message => message.Id() == cancelled).GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Cancelled_OtherSessionsRequest_IsIgnored()
    {
        var host = await StartAsync(FaultServer.Shared());
        var (client, other) = (await host.ConnectAsync(), await host.ConnectAsync());
        var asking = await client.StreamAsync(Rpc.Call("ask", id: "7"));
        var request = await asking.ReadAsync("roots/list");

        await other.PostAsync(Rpc.Cancelled("7"));
        await client.PostAsync(Rpc.Result(request.Id()));

        Assert.Equal("""{"result":{}}""", (await asking.ReadResponseAsync()).Text());
        Assert.DoesNotContain(await other.SeenAsync(), line => line.Contains("notifications/cancelled", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Delete_RequestInFlight_IsCancelledAtTheBackend()
    {
        var host = await StartAsync(FaultServer.Shared());
        var (client, other) = (await host.ConnectAsync(), await host.ConnectAsync());
        var sleeping = await client.StreamAsync(Rpc.Call("sleep", """{"ms":600000}"""));

        await client.DeleteAsync();

        Assert.Equal(-32000, (await sleeping.ReadResponseAsync()).ErrorCode());
        Assert.Contains(await other.SeenAsync(), line => line.Contains("notifications/cancelled", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Ping_FromTheBackend_IsAnsweredByTheGateway()
    {
        var host = await StartAsync(ScriptedServer.Shared("""initialize; say '{"jsonrpc":"2.0","id":"p","method":"ping"}'; hear"""));

        await host.Log.UntilAsync("""heard {"jsonrpc":"2.0","id":"p","result":{}}""");
    }

    [Fact]
    public async Task Notification_OfNobody_GoesToAllSessionsByteForByte()
    {
        var host = await StartAsync(ScriptedServer.Shared(
            """
            initialize; hear; result '{}'
            say '{ "jsonrpc":"2.0","method":"notifications/tools/list_changed"}'
            say '{"jsonrpc":"2.0", "method":"notifications/own","params":[1.0]}'
            """));
        var (client, other) = (await host.ConnectAsync(), await host.ConnectAsync());
        var (stream, otherStream) = (await client.ListenAsync(), await other.ListenAsync());

        await client.RequestAsync(Rpc.Request("ping"));

        foreach (var listening in (SseStream[])[stream, otherStream])
        {
            Assert.Equal("""{ "jsonrpc":"2.0","method":"notifications/tools/list_changed"}""", (await listening.ReadAsync()).GetRawText());
            Assert.Equal("""{"jsonrpc":"2.0", "method":"notifications/own","params":[1.0]}""", (await listening.ReadAsync()).GetRawText());
        }
    }

    private static int Number(JsonElement message, string name) => message.Params().GetProperty(name).GetInt32();

    [GeneratedRegex("""(?<="(id|progressToken)": ?)\d+""", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex OwnIds();
}
