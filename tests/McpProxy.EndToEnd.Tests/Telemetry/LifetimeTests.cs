using McpProxy.EndToEnd.Tests.Harness;
using McpProxy.EndToEnd.Tests.Telemetry.Otlp;
using McpProxy.EndToEnd.Tests.Wire;

namespace McpProxy.EndToEnd.Tests.Telemetry;

/// <summary>Every request has its own spans, and each of them ends, whatever becomes of the request.</summary>
public sealed class LifetimeTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("shared")]
    [InlineData("dedicated")]
    public async Task Calls_AtOnce_StayInTheirOwnTraces(string sharing)
    {
        await using var observed = await ObservedGateway.StartAsync(Backends.Fault(), Token, "--sharing", sharing);
        using var wire = await StreamableHttpWire.ConnectAsync(observed.Gateway.Mcp, Token);

        var calls = await Task.WhenAll(Enumerable.Range(0, 50).Select(id => ObservedGateway.PostAsync(wire, Rpc.Call(id, "echo", new { id }), Token)));

        var seen = (await wire.CallAsync("seen", "seen", new { }, Token)).FirstText();
        for (var id = 0; id < calls.Length; id++)
        {
            var server = await observed.ServerSpanAsync(calls[id].Context, Token);
            var client = await observed.ClientSpanAsync(calls[id].Context, Token);
            Assert.Equal(($"{id}", server.SpanId), (server.Attributes["jsonrpc.request.id"], client.ParentId));
            Assert.Contains($"00-{server.TraceId}-{client.SpanId}-01", seen, StringComparison.Ordinal);
            Assert.Equal(2, observed.Receiver.Spans.Count(span => span.IsMcp() && span.TraceId == server.TraceId));
        }
    }

    // The first call starts the reading of the server's answers; nothing that it starts may keep its context.
    [Fact]
    public async Task Calls_OfABridge_AreEachATraceOfTheirOwn()
    {
        await using var observed = await ObservedBridge.StartAsync("bridge-of-many", Token);

        for (var id = 1; id <= 3; id++)
        {
            await observed.Bridge.RequestAsync(Rpc.Call(id, "echo", new { id }), id, Token);
        }

        var servers = new List<OtlpSpan>();
        for (var id = 1; id <= 3; id++)
        {
            servers.Add(await observed.Receiver.SpanAsync(
                span => span.IsMcp() && span.Kind == SpanKind.Server && span.Attributes["jsonrpc.request.id"] is { } requestId && (string)requestId == $"{id}", Token));
        }

        Assert.All(servers, server => Assert.Equal("", server.ParentId));
        Assert.Equal(3, servers.Select(server => server.TraceId).Distinct(StringComparer.Ordinal).Count());
    }

    [Fact]
    public async Task Call_ThatIsCancelled_EndsItsSpans()
    {
        await using var observed = await ObservedGateway.StartAsync(Backends.Fault(), Token, "--sharing", "dedicated");
        using var wire = await StreamableHttpWire.ConnectAsync(observed.Gateway.Mcp, Token);
        var context = await StartSleepAsync(observed, wire);

        await wire.PostAsync(Rpc.Notification("notifications/cancelled", """{"requestId":7}"""), Token);

        await observed.ServerSpanAsync(context, Token);
        await observed.ClientSpanAsync(context, Token);
    }

    [Fact]
    public async Task Call_WhoseSessionIsDeleted_EndsItsSpansWithAnError()
    {
        await using var observed = await ObservedGateway.StartAsync(Backends.Fault(), Token, "--sharing", "dedicated");
        using var wire = await StreamableHttpWire.ConnectAsync(observed.Gateway.Mcp, Token);
        var context = await StartSleepAsync(observed, wire);

        await wire.DeleteAsync(Token);

        foreach (var span in new[] { await observed.ServerSpanAsync(context, Token), await observed.ClientSpanAsync(context, Token) })
        {
            Assert.Equal(SpanStatus.Error, span.Status);
            Assert.IsType<string>(span.Attributes["error.type"]);
        }
    }

    /// <summary>A call that nothing but its end ends, and that has reached the server.</summary>
    private static async Task<TraceContext> StartSleepAsync(ObservedGateway observed, StreamableHttpWire wire)
    {
        var context = TraceContext.Create();
        // Nobody waits for its answer: it goes with the wire.
        _ = wire.SendAsync(HttpMethod.Post, Rpc.Call(7, "sleep", new { ms = 3_600_000 }), Token, adjust: context.ApplyTo);
        await Wait.UntilAsync(
            async () => (await wire.CallAsync("seen", "seen", new { }, Token)).FirstText(),
            seen => seen.Contains("sleep", StringComparison.Ordinal),
            observed.Gateway.Describe,
            Token);
        return context;
    }
}
