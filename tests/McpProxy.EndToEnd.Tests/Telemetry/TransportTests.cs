using System.Net;
using System.Text.Json.Nodes;
using McpProxy.EndToEnd.Tests.Harness;
using McpProxy.EndToEnd.Tests.Telemetry.Otlp;
using McpProxy.EndToEnd.Tests.Wire;

namespace McpProxy.EndToEnd.Tests.Telemetry;

/// <summary>Spans of requests that come in other ways than one a POST in a session.</summary>
public sealed class TransportTests(ObservedFixture fixture) : IClassFixture<ObservedFixture>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    // 2024-11-05: the POST is over long before the answer comes on the stream.
    [Fact]
    public async Task Message_OfHttpSse_HasItsSpansInTheTraceOfThePost()
    {
        var context = TraceContext.Create();
        using var wire = await HttpSseWire.ConnectAsync(fixture.Observed.Gateway.Sse, Token);
        await wire.InitializeAsync(Token);

        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        using var request = new HttpRequestMessage(HttpMethod.Post, wire.Messages)
        {
            Content = new StringContent(Rpc.Call(7, "echo", new { value = 1 }), System.Text.Encoding.UTF8, "application/json"),
        };
        context.ApplyTo(request);
        using var response = await http.SendAsync(request, Token);
        await wire.Stream.ReadMessageAsync(Rpc.ResponseTo(7), Token);

        var server = await fixture.Observed.ServerSpanAsync(context, Token);
        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
        Assert.Equal(("tools/call echo", "tcp"), (server.Name, server.Attributes["network.transport"]));
        await fixture.Observed.Receiver.AssertDescendsAsync(server, context.SpanId, Token);
        Assert.Equal(server.SpanId, (await fixture.Observed.ClientSpanAsync(context, Token)).ParentId);
    }

    [Fact]
    public async Task Requests_OfABatch_HaveSpansOfTheirOwn()
    {
        using var wire = await StreamableHttpWire.ConnectAsync(fixture.Sample, Token, "2025-03-26");

        var (_, context) = await ObservedGateway.PostAsync(wire, $"[{Rpc.Call("a", "echo", new { value = 1 })},{Rpc.Request("b", "ping")}]", Token);

        foreach (var (id, name) in new[] { ("a", "tools/call echo"), ("b", "ping") })
        {
            var server = await SpanAsync(context, SpanKind.Server, name);
            var client = await SpanAsync(context, SpanKind.Client, name);
            Assert.Equal(id, server.Attributes["jsonrpc.request.id"]);
            Assert.Equal(server.SpanId, client.ParentId);
            await fixture.Observed.Receiver.AssertDescendsAsync(server, context.SpanId, Token);
        }
    }

    [Fact]
    public async Task Request_OfTheModernEra_HasItsSpansAndReachesTheServerInItsTrace()
    {
        await using var observed = await ObservedGateway.StartAsync(Backends.Fault("--modern"), Token);
        using var wire = new StreamableHttpWire(observed.Gateway.Mcp);
        var context = TraceContext.Create();
        var call = Rpc.Modern("c", "tools/call", new JsonObject { ["name"] = "seen", ["arguments"] = new JsonObject() });

        var answer = await wire.PostAsync(call, Token, "application/json, text/event-stream", request =>
        {
            context.ApplyTo(request);
            request.Headers.Add("MCP-Protocol-Version", "2026-07-28");
            request.Headers.Add("Mcp-Method", "tools/call");
            request.Headers.Add("Mcp-Name", "seen");
        });

        var server = await observed.ServerSpanAsync(context, Token);
        var client = await observed.ClientSpanAsync(context, Token);
        Assert.Equal(("tools/call seen", "2026-07-28"), (server.Name, server.Attributes["mcp.protocol.version"]));
        Assert.Null(server.Attributes["mcp.session.id"]);
        Assert.Equal((server.SpanId, "tools/call seen"), (client.ParentId, client.Name));
        Assert.Contains($"00-{context.TraceId}-{client.SpanId}-01", answer.Body, StringComparison.Ordinal);
    }

    // W3C Trace Context, "sampled flag": what the caller does not record, we do not either, and the next one is told so.
    [Fact]
    public async Task Header_NotSampled_ExportsNothingAndTellsTheServerNoOtherTrace()
    {
        var unsampled = TraceContext.Create();
        var sent = Rpc.Call(7, "echo", new { a = 1 });
        using var wire = await StreamableHttpWire.ConnectAsync(fixture.Fault, Token);

        await wire.PostAsync(sent, Token, adjust: request => request.Headers.Add("traceparent", $"00-{unsampled.TraceId}-{unsampled.SpanId}-00"));
        var (_, sampled) = await ObservedGateway.PostAsync(wire, Rpc.Call(8, "echo", new { a = 1 }), Token);

        // Spans are exported in the order in which they end.
        await fixture.Observed.ServerSpanAsync(sampled, Token);
        Assert.DoesNotContain(fixture.Observed.Receiver.Spans, span => span.TraceId == unsampled.TraceId);
        var seen = await SeenLines.OfAsync(wire, 7, Token);
        if (seen != sent)
        {
            Assert.Matches($"^00-{unsampled.TraceId}-[0-9a-f]{{16}}-00$", SeenLines.AssertOnlyTraceparentAdded(sent, seen));
        }
    }

    private Task<OtlpSpan> SpanAsync(TraceContext context, SpanKind kind, string name) => fixture.Observed.Receiver.SpanAsync(
        span => span.IsMcp() && span.TraceId == context.TraceId && span.Kind == kind && span.Name == name, Token);
}
