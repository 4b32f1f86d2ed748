using System.Text.Json.Nodes;
using McpProxy.EndToEnd.Tests.Telemetry.Otlp;
using McpProxy.EndToEnd.Tests.Wire;

namespace McpProxy.EndToEnd.Tests.Telemetry;

/// <summary>
/// Where a context comes from and where it goes (OpenTelemetry MCP conventions, "Context propagation"): from <c>params._meta</c>, else from
/// HTTP; to the server in <c>params._meta</c>, unless the client has put one there.
/// </summary>
public sealed class ContextTests(ObservedFixture fixture) : IClassFixture<ObservedFixture>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Header_WithoutMeta_IsTheTraceOfBothSpansAndOfTheServer()
    {
        using var wire = await StreamableHttpWire.ConnectAsync(fixture.Fault, Token);

        var (_, context) = await ObservedGateway.PostAsync(wire, Rpc.Call(7, "echo", new { a = 1 }), Token);

        var server = await fixture.Observed.ServerSpanAsync(context, Token);
        var client = await fixture.Observed.ClientSpanAsync(context, Token);
        await fixture.Observed.Receiver.AssertDescendsAsync(server, context.SpanId, Token);
        Assert.Equal(server.SpanId, client.ParentId);
        var seen = Traceparent(await SeenLines.OfAsync(wire, 7, Token));
        Assert.Equal($"00-{context.TraceId}-{client.SpanId}-01", seen);
    }

    [Theory]
    [InlineData("""{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"echo","arguments":{"n":1.0,"e":1e2,"é":"\u00e9"}}}""")]
    [InlineData("""{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"_meta":{"progressToken":"t","x/y":[null]},"name":"echo"}}""")]
    [InlineData("""{ "params" : { "name" : "echo" , "_meta" : { "progressToken" : 1 } } , "method" : "tools/call" , "id" : 7 , "jsonrpc" : "2.0" }""")]
    [InlineData("""{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"echo","_meta":{}}}""")]
    [InlineData("""{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"echo","_meta" : { }}}""")]
    [InlineData("""{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"echo","arguments":{"_meta":{"traceparent":"mine"},"traceparent":"mine"}}}""")]
    [InlineData("""{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"echo","traceparent":"mine","_meta":{"x":{"traceparent":"mine"}}}}""")]
    [InlineData("""{"_meta":{"traceparent":"mine"},"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"echo"}}""")]
    [InlineData("""{"jsonrpc":"2.0","id":7,"method":"tools/list","params":{}}""")]
    [InlineData("""{"jsonrpc":"2.0","id":7,"method":"tools/list","params": { } }""")]
    [InlineData("""{"jsonrpc":"2.0","id":7,"method":"tools/list"}""")]
    public async Task Message_WithoutContext_GetsOneAndNoOtherByteChanges(string sent)
    {
        using var wire = await StreamableHttpWire.ConnectAsync(fixture.Fault, Token);

        var (answer, context) = await ObservedGateway.PostAsync(wire, sent, Token);

        Assert.NotNull(answer["result"]);
        var added = SeenLines.AssertOnlyTraceparentAdded(sent, await SeenLines.OfAsync(wire, 7, Token));
        var client = await fixture.Observed.ClientSpanAsync(context, Token);
        Assert.Equal($"00-{context.TraceId}-{client.SpanId}-01", added);
    }

    // W3C Trace Context, "tracestate": it goes wherever traceparent goes; SEP-414 names its place in _meta.
    [Fact]
    public async Task Header_WithTracestate_TakesItAlong()
    {
        const string State = "rojo=00f067aa0ba902b7,congo=t61rcWkgMzE";
        using var wire = await StreamableHttpWire.ConnectAsync(fixture.Fault, Token);

        await wire.PostAsync(Rpc.Call(7, "echo", new { a = 1 }), Token, adjust: request =>
        {
            TraceContext.Create().ApplyTo(request);
            request.Headers.Add("tracestate", State);
        });

        var line = await SeenLines.OfAsync(wire, 7, Token);
        Assert.Equal(State, (string?)JsonNode.Parse(line)!["params"]!["_meta"]!["tracestate"]);
    }

    // JSON-RPC 2.0, section 4.2: parameters by position have no member to put anything into.
    [Fact]
    public async Task Parameters_ByPosition_ArriveAsTheyWere()
    {
        const string Sent = """{"jsonrpc":"2.0","id":7,"method":"any/thing","params":[1,2.0]}""";
        using var wire = await StreamableHttpWire.ConnectAsync(fixture.Fault, Token);

        await ObservedGateway.PostAsync(wire, Sent, Token);

        Assert.Equal(Sent, await SeenLines.OfAsync(wire, 7, Token));
    }

    [Fact]
    public async Task Meta_WithContext_ArrivesUntouchedAndIsTheParent()
    {
        var context = TraceContext.Create();
        var sent = CallIn($"\"{context.Traceparent}\"");
        using var wire = await StreamableHttpWire.ConnectAsync(fixture.Fault, Token);

        await wire.PostAsync(sent, Token);

        Assert.Equal(sent, await SeenLines.OfAsync(wire, 7, Token));
        var server = await fixture.Observed.ServerSpanAsync(context, Token);
        Assert.Equal(context.SpanId, server.ParentId);
        Assert.Equal(server.SpanId, (await fixture.Observed.ClientSpanAsync(context, Token)).ParentId);
    }

    // "SHOULD, by default, use context extracted from MCP params._meta as a parent for MCP server span and SHOULD link current ambient context".
    [Fact]
    public async Task Meta_WithAnotherContextThanTheHeader_IsTheParentAndTheHeadersIsLinked()
    {
        var context = TraceContext.Create();
        using var wire = await StreamableHttpWire.ConnectAsync(fixture.Fault, Token);

        var (_, http) = await ObservedGateway.PostAsync(wire, CallIn($"\"{context.Traceparent}\""), Token);

        var server = await fixture.Observed.ServerSpanAsync(context, Token);
        Assert.Equal(context.SpanId, server.ParentId);
        var ambient = await fixture.Observed.Receiver.SpanAsync(span => span.TraceId == http.TraceId && span.Kind == SpanKind.Server, Token);
        Assert.False(ambient.IsMcp(), ambient.ToString());
        Assert.Equal([new OtlpLink(http.TraceId, ambient.SpanId)], server.Links);
    }

    [Theory]
    [InlineData("\"garbage\"")]
    [InlineData("\"\"")]
    [InlineData("5")]
    [InlineData("{\"a\":1}")]
    [InlineData("\"00-00000000000000000000000000000000-0000000000000000-01\"")]
    [InlineData("\"ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\"")]
    public async Task Meta_WithoutSense_ArrivesUntouchedAndTheHeaderIsTheParent(string traceparent)
    {
        using var wire = await StreamableHttpWire.ConnectAsync(fixture.Fault, Token);

        var (answer, context) = await ObservedGateway.PostAsync(wire, CallIn(traceparent), Token);

        Assert.NotNull(answer["result"]);
        Assert.Equal(CallIn(traceparent), await SeenLines.OfAsync(wire, 7, Token));
        await fixture.Observed.Receiver.AssertDescendsAsync(await fixture.Observed.ServerSpanAsync(context, Token), context.SpanId, Token);
    }

    private static string CallIn(string traceparent) =>
        Rpc.Request(7, "tools/call", $$$"""{"name":"echo","_meta":{"k":1.0,"traceparent":{{{traceparent}}},"progressToken":"t"} }""");

    private static string? Traceparent(string line) => (string?)JsonNode.Parse(line)!["params"]!["_meta"]!["traceparent"];
}
