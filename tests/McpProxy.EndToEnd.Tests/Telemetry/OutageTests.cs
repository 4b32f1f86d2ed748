using System.Text.Json.Nodes;
using McpProxy.EndToEnd.Tests.Bridge;
using McpProxy.EndToEnd.Tests.Harness;
using McpProxy.EndToEnd.Tests.Telemetry.Otlp;
using McpProxy.EndToEnd.Tests.Wire;

namespace McpProxy.EndToEnd.Tests.Telemetry;

/// <summary>Telemetry that nobody takes: it costs no call, keeps no process from ending, and is never on stdout.</summary>
public sealed class OutageTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Gateway_WhoseCollectorIsGone_ServesAndStops(bool accepts)
    {
        using var collector = new SilentCollector(accepts);
        await using var gateway = await McpProxyProcess.StartAsync(["--port", "0", "--", .. Backends.Sample], Token, start =>
        {
            foreach (var (name, value) in OtlpVariables.For(collector.Endpoint, "gateway"))
            {
                start.Environment[name] = value;
            }
        });
        using var wire = await StreamableHttpWire.ConnectAsync(gateway.Mcp, Token);

        for (var call = 1; call <= 20; call++)
        {
            Assert.Equal("1", (await wire.CallAsync(call, "echo", new { value = 1 }, Token)).FirstText());
        }

        Assert.Equal(0, await gateway.StopAsync(Token));
        Assert.Empty(gateway.Output);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Bridge_WhoseCollectorIsGone_RelaysAndStops(bool accepts)
    {
        using var collector = new SilentCollector(accepts);
        await using var server = await RemoteServer.StartAsync(Token);
        await using var bridge = BridgeHost.Start(
            [server.Mcp.AbsoluteUri], [.. OtlpVariables.For(collector.Endpoint, "bridge").Select(variable => (variable.Key, variable.Value!))]);
        await bridge.RequestAsync(Rpc.Initialize("init", "2025-06-18"), "init", Token);
        await bridge.SendAsync(Rpc.Initialized, Token);

        for (var call = 1; call <= 20; call++)
        {
            await bridge.RequestAsync(Rpc.Call(call, "echo", new { }), call, Token);
        }

        Assert.Equal(0, await bridge.CloseAsync(Token));
        Assert.Equal("DELETE", server.Requests.Last().Method);
        Assert.All(bridge.Lines, line => Assert.NotNull(JsonNode.Parse(line)!["result"]));
        Assert.Equal(21, bridge.Lines.Count);
    }
}
