using McpProxy.EndToEnd.Tests.Bridge;
using McpProxy.EndToEnd.Tests.Harness;
using McpProxy.EndToEnd.Tests.Telemetry.Otlp;
using McpProxy.EndToEnd.Tests.Wire;

namespace McpProxy.EndToEnd.Tests.Telemetry;

/// <summary>A gateway whose server is remote: its client spans tell of HTTP, and the server gets its context in the message.</summary>
public sealed class UrlBackendTests : IAsyncLifetime
{
    private OtlpReceiver _receiver = null!;
    private RemoteServer _server = null!;
    private McpProxyProcess _gateway = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _receiver = await OtlpReceiver.StartAsync(Token);
        _server = await RemoteServer.StartAsync(Token);
        _gateway = await McpProxyProcess.StartAsync(["--port", "0", "--sharing", "dedicated"], Token, start =>
        {
            _receiver.Observe(ObservedGateway.Service)(start);
            start.Environment["McpProxy__Backends__default__Url"] = _server.Mcp.AbsoluteUri;
        });
    }

    public async ValueTask DisposeAsync()
    {
        await (_gateway?.DisposeAsync() ?? default);
        await (_server?.DisposeAsync() ?? default);
        await (_receiver?.DisposeAsync() ?? default);
    }

    [Fact]
    public async Task Call_ToARemoteServer_HasATcpClientSpanAndCarriesItsContext()
    {
        var sent = Rpc.Call(7, "echo", new { a = 1 });
        using var wire = await StreamableHttpWire.ConnectAsync(_gateway.Mcp, Token, "2025-06-18");

        var (_, context) = await ObservedGateway.PostAsync(wire, sent, Token);

        var client = await _receiver.ClientSpanAsync(ObservedGateway.Service, context.TraceId, Token);
        Assert.Equal("tcp", client.Attributes["network.transport"]);
        Assert.Equal((_server.Mcp.Host, (long)_server.Mcp.Port), (client.Attributes["server.address"], client.Attributes["server.port"]));
        Assert.Equal((await _receiver.ServerSpanAsync(ObservedGateway.Service, context.TraceId, Token)).SpanId, client.ParentId);
        var request = _server.Of("tools/call").Single();
        Assert.Equal($"00-{context.TraceId}-{client.SpanId}-01", SeenLines.AssertOnlyTraceparentAdded(sent, request.Body));
        Assert.Equal(context.TraceId, request.Header("traceparent")?.Split('-')[1]);
    }

    [Fact]
    public async Task Call_ThatTheServerFails_IsInALogRecordOfItsTrace()
    {
        _server.Script = async (http, request) =>
        {
            var isCall = request.Rpc == "tools/call";
            await (isCall ? RemoteServer.JsonAsync(http, "broken", 500) : Task.CompletedTask);
            return isCall;
        };
        using var wire = await StreamableHttpWire.ConnectAsync(_gateway.Mcp, Token, "2025-06-18");

        var (_, context) = await ObservedGateway.PostAsync(wire, Rpc.Call(7, "echo", new { }), Token);

        var log = await _receiver.LogAsync(log => log.TraceId == context.TraceId && log.Severity >= OtlpLogRecord.Warning, Token);
        Assert.Contains("default", log.Body, StringComparison.Ordinal);
        await _receiver.ServerSpanAsync(ObservedGateway.Service, context.TraceId, Token);
        await _receiver.ClientSpanAsync(ObservedGateway.Service, context.TraceId, Token);
        Assert.Contains(log.SpanId, _receiver.Spans.Where(span => span.TraceId == context.TraceId).Select(span => span.SpanId));
    }
}
