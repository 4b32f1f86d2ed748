using McpProxy.EndToEnd.Tests.Bridge;
using McpProxy.EndToEnd.Tests.Harness;
using McpProxy.EndToEnd.Tests.Wire;

namespace McpProxy.EndToEnd.Tests.Telemetry;

/// <summary>Without <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> nothing is added to anything.</summary>
public sealed class SilenceTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("""{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"echo","arguments":{"n":1.0,"é":"\u00e9"}}}""")]
    [InlineData("""{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"echo","_meta" : { }}}""")]
    [InlineData("""{"jsonrpc":"2.0","id":7,"method":"tools/list"}""")]
    public async Task Message_ThroughTheGateway_ArrivesByteForByte(string sent)
    {
        await using var gateway = await McpProxyProcess.ServeAsync(Backends.Fault(), Token, "--sharing", "dedicated");
        using var wire = await StreamableHttpWire.ConnectAsync(gateway.Mcp, Token);

        await wire.PostAsync(sent, Token, adjust: TraceContext.Create().ApplyTo);

        Assert.Equal(sent, await SeenLines.OfAsync(wire, 7, Token));
    }

    [Fact]
    public async Task Message_ThroughTheBridge_ArrivesByteForByteAndWithoutAHeader()
    {
        var sent = Rpc.Call(7, "echo", new { n = 1 });
        await using var server = await RemoteServer.StartAsync(Token);
        await using var bridge = await BridgeHost.ConnectAsync(Token, server.Mcp.AbsoluteUri);

        await bridge.RequestAsync(sent, 7, Token);

        Assert.Equal(sent, server.Of("tools/call").Single().Body);
        Assert.All(server.Requests, request => Assert.Null(request.Header("traceparent")));
    }
}
