using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using McpProxy.EndToEnd.Tests.Bridge;
using McpProxy.EndToEnd.Tests.Harness;
using McpProxy.EndToEnd.Tests.Wire;

namespace McpProxy.EndToEnd.Tests.UrlBackends;

/// <summary>Entries of <c>servers.json</c> with a <c>url</c>: remote servers that are served like commands.</summary>
public sealed class UrlBackendTests(GatewaysFixture gateways) : IClassFixture<GatewaysFixture>, IDisposable
{
    private const string AllCapabilities = """{"roots":{},"sampling":{},"elicitation":{}}""";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("url-backends-");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Servers_OfEveryKind_AreServedSideBySide()
    {
        var near = await gateways.For("sample", Token);
        await using var gateway = await StartAsync(new JsonObject
        {
            ["command"] = new JsonObject { ["command"] = "dotnet", ["args"] = new JsonArray(ArtifactPaths.SampleServer) },
            ["plain"] = new JsonObject { ["url"] = near.Mcp.AbsoluteUri },
            ["plain-sse"] = new JsonObject { ["url"] = near.Sse.AbsoluteUri },
            ["http"] = new JsonObject { ["url"] = near.Mcp.AbsoluteUri, ["type"] = "http" },
            ["streamable"] = new JsonObject { ["url"] = near.Mcp.AbsoluteUri, ["transport"] = "streamable-http" },
            ["sse"] = new JsonObject { ["url"] = near.Sse.AbsoluteUri, ["type"] = "sse" },
            ["off"] = new JsonObject { ["url"] = near.Mcp.AbsoluteUri, ["disabled"] = true },
            ["bad"] = new JsonObject { ["url"] = "ftp://127.0.0.1/mcp" },
        });

        foreach (var name in (string[])["command", "plain", "plain-sse", "http", "streamable", "sse"])
        {
            using var http = await StreamableHttpWire.ConnectAsync(gateway.Named(name, "mcp"), Token);
            Assert.Equal("one", EchoOf(await http.CallAsync(1, "echo", new { value = "one" }, Token)));
            using var sse = await HttpSseWire.ConnectAsync(gateway.Named(name, "sse"), Token);
            await sse.InitializeAsync(Token);
            Assert.Equal("two", EchoOf(await sse.RequestAsync(Rpc.Call(1, "echo", new { value = "two" }), 1, Token)));
        }

        using var off = new StreamableHttpWire(gateway.Named("off", "mcp"));
        Assert.Equal(HttpStatusCode.NotFound, (await off.PostAsync(Rpc.Initialize(1), Token)).Status);
        Assert.Contains(gateway.Errors, line => line.Contains("bad", StringComparison.Ordinal));
    }

    public static MatrixTheoryData<string, string> SharingAndTypes { get; } = new(["dedicated", "shared", "auto"], ["http", "sse"]);

    [Theory]
    [MemberData(nameof(SharingAndTypes))]
    public async Task Clients_WithTheSameIds_AreKeptApart(string sharing, string type)
    {
        var near = await gateways.For("sample", Token);
        await using var gateway = await StartAsync(Only("far", near, type, sharing));
        var clients = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => StreamableHttpWire.ConnectAsync(gateway.Named("far", "mcp"), Token)));

        var answers = await Task.WhenAll(clients.SelectMany((client, number) => Enumerable.Range(0, 20).Select(async id =>
            ($"{number}/{id}", EchoOf(await client.CallAsync(id, "echo", new { value = $"{number}/{id}" }, Token))))));
        using var stream = await clients[0].PostForStreamAsync(Rpc.Call("p", "slow", new { milliseconds = 100, steps = 3 }, "token"), Token);
        var messages = await stream.ReadAllMessagesAsync(Token);

        Assert.All(answers, pair => Assert.Equal(pair.Item1, pair.Item2));
        Assert.Equal(["token", "token", "token"], messages.Where(Rpc.Method("notifications/progress")).Select(message => (string)message["params"]!["progressToken"]!));
        foreach (var client in clients)
        {
            Assert.Equal(HttpStatusCode.OK, (await client.DeleteAsync(Token)).Status);
            client.Dispose();
        }
    }

    [Theory]
    [InlineData("dedicated", "http")]
    [InlineData("dedicated", "sse")]
    [InlineData("auto", "http")]
    [InlineData("auto", "sse")]
    public async Task RequestsOfTheServer_ReachTheClientAndBack(string sharing, string type)
    {
        var near = await gateways.For("sample", Token);
        await using var gateway = await StartAsync(Only("far", near, type, sharing));
        using var client = await StreamableHttpWire.ConnectAsync(gateway.Named("far", "mcp"), Token, capabilities: AllCapabilities);

        using var stream = await client.PostForStreamAsync(Rpc.Call("call", "ask_elicitation", new { }), Token);
        var asked = await stream.ReadMessageAsync(Rpc.Method("elicitation/create"), Token);
        await client.PostAsync(Rpc.Result(asked, """{"action":"accept","content":{"name":"Ada"}}"""), Token);
        var answer = await stream.ReadMessageAsync(Rpc.ResponseTo("call"), Token);

        Assert.Contains("Ada", answer.FirstText(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("dedicated", "http")]
    [InlineData("dedicated", "sse")]
    [InlineData("shared", "http")]
    [InlineData("shared", "sse")]
    [InlineData("auto", "http")]
    public async Task Server_KilledAndStartedAgain_SessionsGoOn(string sharing, string type)
    {
        var near = await McpProxyProcess.ServeAsync(Backends.Sample, Token);
        await using var gateway = await StartAsync(Only("far", near, type, sharing));
        using var client = await StreamableHttpWire.ConnectAsync(gateway.Named("far", "mcp"), Token);
        using var underWay = await client.PostForStreamAsync(Rpc.Call("lost", "slow", new { milliseconds = 60_000, steps = 600 }, "p"), Token);
        await underWay.ReadMessageAsync(Rpc.Method("notifications/progress"), Token);

        await near.SignalAsync(Posix.Kill, Token);
        await near.DisposeAsync();
        await using var again = await McpProxyProcess.StartAsync(["--port", $"{near.Root.Port}", "--", .. Backends.Sample], Token);
        var lost = await underWay.ReadMessageAsync(Rpc.ResponseTo("lost"), Token);
        var turn = 0;
        var answer = await Wait.UntilAsync(
            async () => await client.CallAsync(++turn, "echo", new { value = "again" }, Token),
            answer => answer["result"] is not null,
            gateway.Describe,
            Token);

        Assert.NotNull(lost["error"]);
        Assert.Equal("again", EchoOf(answer));
    }

    [Fact]
    public async Task Server_DownOrHung_DelaysNobodyAndIsShown()
    {
        var near = await gateways.For("sample", Token);
        using var hung = new TcpListener(IPAddress.Loopback, 0);
        hung.Start();
        var port = FindClosedPort();
        await using var gateway = await StartAsync(new JsonObject
        {
            ["down"] = new JsonObject { ["url"] = $"http://127.0.0.1:{port}/mcp" },
            ["down-sse"] = new JsonObject { ["url"] = $"http://127.0.0.1:{port}/sse", ["type"] = "sse" },
            ["hung"] = new JsonObject { ["url"] = $"http://127.0.0.1:{((IPEndPoint)hung.LocalEndpoint).Port}/mcp" },
            ["good"] = new JsonObject { ["url"] = near.Mcp.AbsoluteUri },
        });

        using var good = await StreamableHttpWire.ConnectAsync(gateway.Named("good", "mcp"), Token);
        Assert.Equal("good", EchoOf(await good.CallAsync(1, "echo", new { value = "good" }, Token)));
        var status = await StatusAsync(gateway);
        Assert.Equal("running", (string?)status["good"]!["state"]);
        Assert.All((string[])["down", "down-sse", "hung"], name => Assert.NotEqual("running", (string?)status[name]!["state"]));
        foreach (var name in (string[])["down", "down-sse"])
        {
            using var wire = new StreamableHttpWire(gateway.Named(name, "mcp"));
            var refused = await wire.PostAsync(Rpc.Initialize(1), Token, "application/json");
            Assert.NotNull(refused.Json["error"]);
        }

        await using var late = await McpProxyProcess.StartAsync(["--port", $"{port}", "--", .. Backends.Sample], Token);
        foreach (var name in (string[])["down", "down-sse"])
        {
            var answer = await Wait.UntilAsync(
                async () =>
                {
                    using var wire = new StreamableHttpWire(gateway.Named(name, "mcp"));
                    return await wire.PostAsync(Rpc.Initialize(1), Token, "application/json");
                },
                answer => answer.Status == HttpStatusCode.OK && answer.Json["result"] is not null,
                gateway.Describe,
                Token);
            Assert.Equal("everything-server", (string?)answer.Json["result"]!["serverInfo"]!["name"]);
        }

        Assert.Equal(0, await gateway.StopAsync(Token));
    }

    [Theory]
    [InlineData("http", "dedicated")]
    [InlineData("http", "shared")]
    [InlineData("sse", "auto")]
    public async Task Headers_WithVariables_AreSentAndNeverShown(string type, string sharing)
    {
        await using var server = await RemoteServer.StartAsync(Token);
        _ = type == "sse" ? new SsePeer(server, "/messages?s=1") : null;
        var entry = new JsonObject
        {
            ["url"] = new Uri(server.Root, type == "sse" ? "/sse" : "/mcp").AbsoluteUri,
            ["type"] = type,
            ["sharing"] = sharing,
            ["headers"] = new JsonObject { ["Authorization"] = "Bearer ${REMOTE_TOKEN}", ["X-Team"] = "${NO_SUCH_VARIABLE:-default team}" },
        };
        await using var gateway = await StartAsync(new JsonObject { ["far"] = entry }, ["--debug"], ("REMOTE_TOKEN", "s3cret"));
        using var client = new StreamableHttpWire(gateway.Named("far", "mcp"));

        var opened = await client.PostAsync(Rpc.Initialize(1), Token, "application/json");
        var status = await StatusAsync(gateway);

        Assert.True(opened.Json["result"] is not null, opened.Body);
        Assert.NotEmpty(server.Requests);
        Assert.All(server.Requests, request => Assert.Equal(("Bearer s3cret", "default team"), (request.Header("Authorization"), request.Header("X-Team"))));
        Assert.DoesNotContain("s3cret", status.ToJsonString(), StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", gateway.Describe(), StringComparison.Ordinal);
    }

    // FIELD.md, A: 99 % of the sessions in the field are abandoned.
    [Theory]
    [InlineData("dedicated")]
    [InlineData("auto")]
    public async Task Sessions_ThatEnd_AreDeletedAtTheServer(string sharing)
    {
        await using var server = await RemoteServer.StartAsync(Token);
        await using var gateway = await StartAsync(new JsonObject
        {
            ["far"] = new JsonObject { ["url"] = server.Mcp.AbsoluteUri, ["sharing"] = sharing },
        });
        var client = await StreamableHttpWire.ConnectAsync(gateway.Named("far", "mcp"), Token, "2025-06-18", AllCapabilities);
        await Wait.UntilAsync(() => server.Requests.Any(request => request.Body.Contains("\"wire\"", StringComparison.Ordinal)), gateway.Describe, Token);

        await client.DeleteAsync(Token);
        await Wait.UntilAsync(() => server.Requests.Any(request => request.Method == "DELETE"), gateway.Describe, Token);
        client.Dispose();
        Assert.Equal(0, await gateway.StopAsync(Token));

        var deleted = server.Requests.Where(request => request.Method == "DELETE").Select(request => request.Header("Mcp-Session-Id")).ToHashSet(StringComparer.Ordinal);
        Assert.Equal(server.Of("initialize").Count, deleted.Count);
    }

    private static JsonObject Only(string name, McpProxyProcess near, string type, string sharing) => new()
    {
        [name] = new JsonObject { ["url"] = (type == "sse" ? near.Sse : near.Mcp).AbsoluteUri, ["type"] = type, ["sharing"] = sharing },
    };

    private static string? EchoOf(JsonNode answer) => (string?)answer["result"]?["structuredContent"]?["value"];

    private static async Task<JsonNode> StatusAsync(McpProxyProcess gateway)
    {
        using var wire = new StreamableHttpWire(new Uri(gateway.Root, "/status"));
        return (await wire.GetAsync(Token, "application/json")).Json["servers"]!;
    }

    private static int FindClosedPort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private async Task<McpProxyProcess> StartAsync(JsonObject servers, string[]? options = null, params (string Name, string Value)[] variables)
    {
        var path = Path.Combine(_folder.FullName, $"{Guid.NewGuid():N}.json");
        await File.WriteAllTextAsync(path, new JsonObject { ["mcpServers"] = servers }.ToJsonString(), Token);
        return await McpProxyProcess.StartAsync(["--port", "0", .. options ?? [], "--named-server-config", path], Token, start =>
        {
            foreach (var (name, value) in variables)
            {
                start.Environment[name] = value;
            }
        });
    }
}
