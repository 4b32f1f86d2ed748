using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using McpProxy.EndToEnd.Tests.Harness;
using McpProxy.EndToEnd.Tests.Wire;

namespace McpProxy.EndToEnd.Tests.Bridge;

/// <summary><c>mcp-proxy URL</c>: what a host that starts it over stdio sees.</summary>
public sealed class BridgeTests(GatewaysFixture gateways) : IClassFixture<GatewaysFixture>
{
    public static TheoryData<string, string> Forms { get; } = new()
    {
        { "--transport streamablehttp", "/mcp" },
        { "--transport sse", "/sse" },
        { "--transport auto", "/mcp" },
        { "", "/mcp" },
        { "", "/sse" },
        { "-H X-Trace abc --no-verify-ssl", "/mcp" },
    };

    [Theory]
    [MemberData(nameof(Forms))]
    public async Task Host_Session_IsRelayedAndEndsWithItsInput(string options, string path)
    {
        var gateway = await gateways.For("sample", TestContext.Current.CancellationToken);
        await using var bridge = Start([.. options.Split(' ', StringSplitOptions.RemoveEmptyEntries), new Uri(gateway.Root, path).AbsoluteUri]);

        var initialized = JsonNode.Parse(await bridge.RequestAsync(Rpc.Initialize("init"), "init", TestContext.Current.CancellationToken));
        await bridge.SendAsync(Rpc.Initialized, TestContext.Current.CancellationToken);
        var answer = JsonNode.Parse(
            await bridge.RequestAsync(Rpc.Call(1, "echo", new { value = "through the bridge" }), 1, TestContext.Current.CancellationToken));
        var exitCode = await bridge.CloseAsync(TestContext.Current.CancellationToken);

        Assert.Equal("everything-server", (string?)initialized!["result"]!["serverInfo"]!["name"]);
        Assert.Equal("through the bridge", (string?)answer!["result"]!["structuredContent"]!["value"]);
        Assert.Equal(0, exitCode);
        // stdout carries protocol only.
        Assert.All(bridge.Lines, line => Assert.Equal("2.0", (string?)JsonNode.Parse(line)!["jsonrpc"]));
    }

    [Fact]
    public async Task Input_EndsWithARequestPending_ItIsStillAnswered()
    {
        var gateway = await gateways.For("sample", TestContext.Current.CancellationToken);
        await using var bridge = Start([gateway.Mcp.AbsoluteUri]);
        await bridge.RequestAsync(Rpc.Initialize("init"), "init", TestContext.Current.CancellationToken);
        await bridge.SendAsync(Rpc.Initialized, TestContext.Current.CancellationToken);

        await bridge.SendAsync(Rpc.Call("last", "slow", new { milliseconds = 500, steps = 2 }), TestContext.Current.CancellationToken);
        var exitCode = await bridge.CloseAsync(TestContext.Current.CancellationToken);
        var answer = await bridge.ResponseAsync("last", TestContext.Current.CancellationToken);

        Assert.Equal(0, exitCode);
        Assert.Equal("Finished 2 steps in 500 ms.", JsonNode.Parse(answer)!.FirstText());
    }

    [Fact]
    public async Task Remote_Unreachable_IsAnErrorForTheRequest()
    {
        await using var bridge = Start([$"http://127.0.0.1:{FindClosedPort()}/mcp"]);

        var answer = JsonNode.Parse(await bridge.RequestAsync(Rpc.Initialize("init"), "init", TestContext.Current.CancellationToken));

        Assert.NotEmpty((string)answer!["error"]!["message"]!);
    }

    [Fact]
    public async Task Remote_RestartedOnTheSamePort_IsTakenUpAgain()
    {
        var port = FindClosedPort();
        string[] line = ["--port", $"{port}", "--", .. Backends.Sample];
        await using var first = await McpProxyProcess.StartAsync(line, TestContext.Current.CancellationToken);
        await using var bridge = Start([first.Mcp.AbsoluteUri]);
        await bridge.RequestAsync(Rpc.Initialize("init"), "init", TestContext.Current.CancellationToken);
        await bridge.SendAsync(Rpc.Initialized, TestContext.Current.CancellationToken);
        await bridge.RequestAsync(Rpc.Request(1, "ping"), 1, TestContext.Current.CancellationToken);

        await first.StopAsync(TestContext.Current.CancellationToken);
        await using var second = await McpProxyProcess.StartAsync(line, TestContext.Current.CancellationToken);
        var turn = 0;
        var answer = await Wait.UntilAsync(
            async () => JsonNode.Parse(await bridge.RequestAsync(
                Rpc.Call($"again {++turn}", "echo", new { value = "reconnected" }), $"again {turn}", TestContext.Current.CancellationToken)),
            answer => answer!["result"] is not null,
            bridge.Describe,
            TestContext.Current.CancellationToken);

        Assert.Equal("reconnected", (string?)answer!["result"]!["structuredContent"]!["value"]);
    }

    [Fact]
    public async Task Check_OfAServer_ReportsAndExitsWith0()
    {
        var gateway = await gateways.For("sample", TestContext.Current.CancellationToken);
        await using var check = McpProxyProcess.Run(["check", gateway.Mcp.AbsoluteUri]);

        Assert.Equal(0, await check.WaitForExitAsync(TestContext.Current.CancellationToken));
        Assert.Contains("everything-server", string.Join('\n', check.Output), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Check_OfNothing_ExitsWithAnError()
    {
        await using var check = McpProxyProcess.Run(["check", $"http://127.0.0.1:{FindClosedPort()}/mcp"]);

        Assert.NotEqual(0, await check.WaitForExitAsync(TestContext.Current.CancellationToken));
    }

    private static StdioWire Start(IEnumerable<string> arguments) => new([ArtifactPaths.McpProxy, .. arguments], start =>
    {
        start.Environment.Remove("SSE_URL");
        start.Environment.Remove("API_ACCESS_TOKEN");
    });

    private static int FindClosedPort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
