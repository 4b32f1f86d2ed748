using System.Text.Json;
using McpProxy.EndToEnd.Tests.CSharpSdk;
using McpProxy.EndToEnd.Tests.Telemetry.Otlp;

namespace McpProxy.EndToEnd.Tests.Telemetry;

/// <summary>One call on its whole way: a client, over stdio the bridge, over HTTP the gateway, over stdio the server.</summary>
public sealed class ToolCallTests(ObservedFixture fixture) : IClassFixture<ObservedFixture>
{
    private const string Name = "tools/call echo";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task ToolCall_OverBridgeAndGateway_IsOneTrace()
    {
        var spans = await CallAsync("bridge-of-trace");

        Assert.All(spans, span => Assert.Equal((Name, McpSpans.Scope, SpanStatus.Unset), (span.Name, span.Source.Scope, span.Status)));
        Assert.Equal([SpanKind.Server, SpanKind.Client, SpanKind.Server, SpanKind.Client], spans.Select(span => span.Kind));
        Assert.Equal("", spans[0].ParentId);
        Assert.Equal(spans[0].SpanId, spans[1].ParentId);
        await fixture.Observed.Receiver.AssertDescendsAsync(spans[2], spans[1].SpanId, Token);
        Assert.Equal(spans[2].SpanId, spans[3].ParentId);
        Assert.All(spans, span => Assert.True(span.End > span.Start, span.ToString()));
        Assert.Equal(4, fixture.Observed.Receiver.Spans.Count(span => span.IsMcp() && span.TraceId == spans[0].TraceId));
    }

    [Fact]
    public async Task ToolCall_OverBridgeAndGateway_IsInTheTraceOfTheHttpRequestToo()
    {
        var spans = await CallAsync("bridge-of-http");

        var sent = await fixture.Observed.Receiver.SpanAsync(
            span => span.Source.Scope == "System.Net.Http" && span.ParentId == spans[1].SpanId && span.Kind == SpanKind.Client, Token);
        var received = await fixture.Observed.Receiver.SpanAsync(
            span => span.Source.Scope == "Microsoft.AspNetCore" && span.ParentId == sent.SpanId && span.Kind == SpanKind.Server, Token);
        Assert.All([sent, received], span => Assert.Equal(spans[0].TraceId, span.TraceId));
    }

    // OpenTelemetry MCP conventions, "Client" and "Server", and "Recording MCP transport".
    [Fact]
    public async Task ToolCall_OverBridgeAndGateway_HasTheAttributesOfTheConventions()
    {
        var spans = await CallAsync("bridge-of-attributes");

        Assert.All(spans, span =>
        {
            Assert.Equal("tools/call", span.Attributes["mcp.method.name"]);
            Assert.Equal("echo", span.Attributes["gen_ai.tool.name"]);
            Assert.Equal("execute_tool", span.Attributes["gen_ai.operation.name"]);
            Assert.Equal("2025-11-25", span.Attributes["mcp.protocol.version"]);
            Assert.IsType<string>(span.Attributes["jsonrpc.request.id"]);
            Assert.Null(span.Attributes["error.type"]);
            Assert.Null(span.Attributes["rpc.response.status_code"]);
            // Opt-in, because it may be sensitive.
            Assert.Null(span.Attributes["gen_ai.tool.call.arguments"]);
            Assert.Null(span.Attributes["gen_ai.tool.call.result"]);
        });
        Assert.Equal(["pipe", "tcp", "tcp", "pipe"], spans.Select(span => span.Attributes["network.transport"]));
        Assert.Single(spans.Take(3).Select(span => span.Attributes["jsonrpc.request.id"]).Distinct());
    }

    // "When the MCP request or notification is part of a session": the one that the bridge has with the gateway.
    [Fact]
    public async Task ToolCall_OverBridgeAndGateway_NamesTheirSessionOnBothSides()
    {
        var spans = await CallAsync("bridge-of-session");

        Assert.IsType<string>(spans[2].Attributes["mcp.session.id"]);
        Assert.Equal(spans[2].Attributes["mcp.session.id"], spans[1].Attributes["mcp.session.id"]);
    }

    [Fact]
    public async Task ToolCall_OverBridge_NamesTheServerThatItAsks()
    {
        var spans = await CallAsync("bridge-of-address");

        Assert.Equal(fixture.Sample.Host, spans[1].Attributes["server.address"]);
        Assert.Equal((long)fixture.Sample.Port, spans[1].Attributes["server.port"]);
        Assert.Null(spans[3].Attributes["server.address"]);
    }

    /// <summary>The four spans of a call, from the client to the server.</summary>
    private async Task<OtlpSpan[]> CallAsync(string bridge)
    {
        var receiver = fixture.Observed.Receiver;
        await using (var client = await SdkClient.ConnectAsync(receiver.Variables(bridge), Token, fixture.Sample.AbsoluteUri))
        {
            await client.CallAsync(new ToolCall("echo", new Dictionary<string, object?>(StringComparer.Ordinal) { ["value"] = JsonSerializer.SerializeToElement(1) }), Token);
        }

        var first = await receiver.SpanAsync(span => span.IsMcp() && span.Name == Name && span.Source.Service == bridge && span.Kind == SpanKind.Server, Token);
        return
        [
            first,
            await receiver.ClientSpanAsync(bridge, first.TraceId, Token),
            await receiver.ServerSpanAsync(ObservedGateway.Service, first.TraceId, Token),
            await receiver.ClientSpanAsync(ObservedGateway.Service, first.TraceId, Token),
        ];
    }
}
