using McpProxy.EndToEnd.Tests.Telemetry.Otlp;
using McpProxy.EndToEnd.Tests.Wire;

namespace McpProxy.EndToEnd.Tests.Telemetry;

/// <summary>
/// Names and attributes of the gateway's spans (OpenTelemetry MCP conventions, "Client" and "Server"): <c>{mcp.method.name} {target}</c>,
/// the target being a tool's or a prompt's name, and never what there can be any number of.
/// </summary>
public sealed class NameTests(ObservedFixture fixture) : IClassFixture<ObservedFixture>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task ToolCall_InASession_HasTheAttributesOfTheConventions()
    {
        using var wire = await StreamableHttpWire.ConnectAsync(fixture.Sample, Token, "2025-06-18");

        var (server, client) = await SpansAsync(wire, Rpc.Call("a \"b\" é", "add", new { a = 1, b = 2 }));

        Assert.All([server, client], span =>
        {
            Assert.Equal("tools/call add", span.Name);
            Assert.Equal("tools/call", span.Attributes["mcp.method.name"]);
            Assert.Equal("add", span.Attributes["gen_ai.tool.name"]);
            Assert.Equal("execute_tool", span.Attributes["gen_ai.operation.name"]);
            Assert.Equal("a \"b\" é", span.Attributes["jsonrpc.request.id"]);
            Assert.Equal("2025-06-18", span.Attributes["mcp.protocol.version"]);
            Assert.Equal(SpanStatus.Unset, span.Status);
            Assert.Equal(McpSpans.Scope, span.Source.Scope);
        });
        Assert.Equal(wire.SessionId, server.Attributes["mcp.session.id"]);
        Assert.Equal(("tcp", "pipe"), (server.Attributes["network.transport"], client.Attributes["network.transport"]));
        Assert.Equal(client.SpanId, Assert.Single(Mcp(server.TraceId), span => span.ParentId == server.SpanId).SpanId);
    }

    [Theory]
    [InlineData("resources/read", """{"uri":"test://static-text"}""", "resources/read", "mcp.resource.uri", "test://static-text")]
    [InlineData("resources/subscribe", """{"uri":"test://static-text"}""", "resources/subscribe", "mcp.resource.uri", "test://static-text")]
    [InlineData("prompts/get", """{"name":"test_simple_prompt"}""", "prompts/get test_simple_prompt", "gen_ai.prompt.name", "test_simple_prompt")]
    [InlineData("tools/call", """{"arguments":{"x":"\"name\""},"name":"test_simple_text"}""", "tools/call test_simple_text", "gen_ai.tool.name", "test_simple_text")]
    [InlineData("tools/call", """{"arguments":{"name":"not-this"}}""", "tools/call", "gen_ai.tool.name", null)]
    [InlineData("tools/list", """{"name":"of-nothing","uri":"of-nothing"}""", "tools/list", "gen_ai.tool.name", null)]
    [InlineData("ping", null, "ping", "mcp.resource.uri", null)]
    [InlineData("no/such/method", """{"name":"of-nothing","uri":"of-nothing"}""", "no/such/method", "gen_ai.prompt.name", null)]
    public async Task Request_OfEachKind_IsNamedAfterMethodAndTarget(string method, string? parameters, string name, string attribute, string? value)
    {
        using var wire = await StreamableHttpWire.ConnectAsync(fixture.Sample, Token);

        var (server, client) = await SpansAsync(wire, Rpc.Request(7, method, parameters));

        Assert.All([server, client], span =>
        {
            Assert.Equal(name, span.Name);
            Assert.Equal(method, span.Attributes["mcp.method.name"]);
            Assert.Equal("7", span.Attributes["jsonrpc.request.id"]);
            Assert.Equal(value, span.Attributes[attribute]);
            Assert.Equal(method == "tools/call" ? "execute_tool" : null, span.Attributes["gen_ai.operation.name"]);
        });
    }

    // The id on a shared connection is another one, but a span tells of the request that its peer made.
    [Fact]
    public async Task Request_OnASharedConnection_KeepsItsIdInTheServerSpan()
    {
        await using var shared = await ObservedGateway.StartAsync(Harness.Backends.Fault(), Token, "--sharing", "shared");
        using var wire = await StreamableHttpWire.ConnectAsync(shared.Gateway.Mcp, Token);

        var (_, context) = await ObservedGateway.PostAsync(wire, Rpc.Call("mine", "echo", new { a = 1 }), Token);

        var server = await shared.ServerSpanAsync(context, Token);
        var client = await shared.ClientSpanAsync(context, Token);
        Assert.Equal("mine", server.Attributes["jsonrpc.request.id"]);
        Assert.IsType<string>(client.Attributes["jsonrpc.request.id"]);
        Assert.Equal((server.SpanId, "tools/call echo"), (client.ParentId, client.Name));
        var seen = await wire.CallAsync("seen", "seen", new { }, Token);
        Assert.Contains($"00-{context.TraceId}-{client.SpanId}-01", seen.FirstText(), StringComparison.Ordinal);
    }

    private async Task<(OtlpSpan Server, OtlpSpan Client)> SpansAsync(StreamableHttpWire wire, string request)
    {
        var (_, context) = await ObservedGateway.PostAsync(wire, request, Token);
        return (await fixture.Observed.ServerSpanAsync(context, Token), await fixture.Observed.ClientSpanAsync(context, Token));
    }

    private IEnumerable<OtlpSpan> Mcp(string traceId) => fixture.Observed.Receiver.Spans.Where(span => span.IsMcp() && span.TraceId == traceId);
}
