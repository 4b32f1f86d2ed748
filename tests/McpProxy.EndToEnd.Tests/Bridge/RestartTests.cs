using System.Text.Json.Nodes;
using McpProxy.EndToEnd.Tests.Harness;
using McpProxy.EndToEnd.Tests.Wire;

namespace McpProxy.EndToEnd.Tests.Bridge;

/// <summary>A gateway that is killed and started again on the same port, under a host that notices only what it must.</summary>
public sealed class RestartTests
{
    private const string Watched = "test://watched-resource";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("streamablehttp", "/mcp")]
    [InlineData("sse", "/sse")]
    [InlineData("auto", "/sse")]
    public async Task Gateway_KilledAndStartedAgain_SessionGoesOnWithItsState(string transport, string path)
    {
        var first = await McpProxyProcess.ServeAsync(Backends.Sample, Token);
        await using var bridge = await BridgeHost.ConnectAsync(Token, "--transport", transport, new Uri(first.Root, path).AbsoluteUri);
        await bridge.RequestAsync(Rpc.Request("level", "logging/setLevel", """{"level":"alert"}"""), "level", Token);
        await bridge.RequestAsync(Rpc.Request("sub", "resources/subscribe", $$"""{"uri":"{{Watched}}"}"""), "sub", Token);
        await bridge.SendAsync(Rpc.Call("lost", "slow", new { milliseconds = 60_000, steps = 600 }, "p"), Token);
        await Wait.UntilAsync(() => bridge.Lines.Any(line => line.Contains("notifications/progress", StringComparison.Ordinal)), bridge.Describe, Token);

        await first.SignalAsync(Posix.Kill, Token);
        await first.DisposeAsync();
        var lost = JsonNode.Parse(await bridge.ResponseAsync("lost", Token)); // Now the bridge has noticed.
        var down = JsonNode.Parse(await bridge.RequestAsync(Rpc.Request("down", "ping"), "down", Token));
        await using var second = await McpProxyProcess.StartAsync(["--port", $"{first.Root.Port}", "--", .. Backends.Sample], Token);
        var echo = JsonNode.Parse(await bridge.RequestAsync(Rpc.Call("echo", "echo", new { value = "again" }), "echo", Token));
        await bridge.RequestAsync(Rpc.Call("logs", "log_levels", new { }), "logs", Token);
        await bridge.RequestAsync(Rpc.Call("touch", "touch_resource", new { uri = Watched }), "touch", Token);
        await Wait.UntilAsync(() => Of(bridge, "notifications/resources/updated").Any(), bridge.Describe, Token);
        await Wait.UntilAsync(() => Of(bridge, "notifications/message").Count() >= 2, bridge.Describe, Token);

        Assert.NotEmpty((string)lost!["error"]!["message"]!);
        Assert.Contains("cannot be reached", (string)down!["error"]!["message"]!, StringComparison.Ordinal);
        Assert.Equal("again", (string?)echo!["result"]?["structuredContent"]?["value"]);
        Assert.Equal(["alert", "emergency"], Of(bridge, "notifications/message").Select(message => (string)message["params"]!["level"]!).Order(StringComparer.Ordinal));
        Assert.Equal(0, await bridge.CloseAsync(Token));
        // No answer to what the bridge asked in the host's name.
        Assert.Equal(["down", "echo", "init", "level", "logs", "lost", "sub", "touch"], bridge.Lines.Select(line => JsonNode.Parse(line)!).Where(message => message["method"] is null).Select(message => (string)message["id"]!).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("--transport sse", "/sse")]
    [InlineData("--transport auto", "/sse")]
    [InlineData("", "/mcp")]
    public async Task Gateway_DownAtStart_IsAnErrorAtOnceAndThenServed(string options, string path)
    {
        var gone = await McpProxyProcess.ServeAsync(Backends.Sample, Token);
        await gone.DisposeAsync();
        await using var bridge = BridgeHost.Start([.. options.Split(' ', StringSplitOptions.RemoveEmptyEntries), new Uri(gone.Root, path).AbsoluteUri]);

        var refused = JsonNode.Parse(await bridge.RequestAsync(Rpc.Initialize(1), 1, Token));
        await using var gateway = await McpProxyProcess.StartAsync(["--port", $"{gone.Root.Port}", "--", .. Backends.Sample], Token);
        var initialized = JsonNode.Parse(await bridge.RequestAsync(Rpc.Initialize(2), 2, Token));
        await bridge.SendAsync(Rpc.Initialized, Token);
        var answer = JsonNode.Parse(await bridge.RequestAsync(Rpc.Call(3, "echo", new { value = "up" }), 3, Token));

        Assert.Contains("cannot be reached", (string)refused!["error"]!["message"]!, StringComparison.Ordinal);
        Assert.Equal("everything-server", (string?)initialized!["result"]?["serverInfo"]?["name"]);
        Assert.Equal("up", (string?)answer!["result"]?["structuredContent"]?["value"]);
    }

    // The host was never told that the first handshake failed for good: it goes on, as some do.
    [Fact]
    public async Task Gateway_DownAtStart_HostThatDoesNotAskAgain_IsServedLater()
    {
        var gone = await McpProxyProcess.ServeAsync(Backends.Sample, Token);
        await gone.DisposeAsync();
        await using var bridge = BridgeHost.Start([gone.Mcp.AbsoluteUri]);

        await bridge.RequestAsync(Rpc.Initialize(1), 1, Token);
        await bridge.SendAsync(Rpc.Initialized, Token);
        await using var gateway = await McpProxyProcess.StartAsync(["--port", $"{gone.Root.Port}", "--", .. Backends.Sample], Token);
        var answer = JsonNode.Parse(await bridge.RequestAsync(Rpc.Request(2, "tools/list"), 2, Token));

        // Served or refused, but answered.
        Assert.True(answer!["result"] is not null || answer["error"] is not null, bridge.Describe());
        Assert.Equal("everything-server", (string?)JsonNode.Parse(await bridge.RequestAsync(Rpc.Initialize(3), 3, Token))!["result"]?["serverInfo"]?["name"]);
    }

    private static IEnumerable<JsonNode> Of(StdioWire bridge, string method) => bridge.Lines.Select(line => JsonNode.Parse(line)!).Where(Rpc.Method(method));
}
