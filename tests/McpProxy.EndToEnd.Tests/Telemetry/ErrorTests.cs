using McpProxy.EndToEnd.Tests.Harness;
using McpProxy.EndToEnd.Tests.Telemetry.Otlp;
using McpProxy.EndToEnd.Tests.Wire;

namespace McpProxy.EndToEnd.Tests.Telemetry;

/// <summary>
/// Calls that fail. "Span status SHOULD be set to ERROR when error.type attribute is present. The status description SHOULD match the
/// JSONRPCError.message if the message is available."
/// </summary>
public sealed class ErrorTests(ObservedFixture fixture) : IClassFixture<ObservedFixture>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Tool_ThatFails_IsAToolErrorInSpansAndHistograms()
    {
        using var wire = await StreamableHttpWire.ConnectAsync(fixture.Sample, Token);

        var (answer, context) = await ObservedGateway.PostAsync(wire, Rpc.Call(7, "test_error_handling", new { }), Token);

        Assert.True((bool)answer["result"]!["isError"]!);
        foreach (var span in await SpansAsync(context))
        {
            Assert.Equal((SpanStatus.Error, "tool_error"), (span.Status, span.Attributes["error.type"]));
            Assert.Null(span.Attributes["rpc.response.status_code"]);
        }

        await AssertCountedAsync(point => (string?)point.Attributes["gen_ai.tool.name"] == "test_error_handling", "tool_error");
    }

    // What a tool returns may hold anything: only the result's own isError counts.
    [Theory]
    [InlineData("""{"isError":true}""")]
    [InlineData("""{"content":[{"isError":true}],"x":"\"isError\":true"}""")]
    public async Task Tool_ThatReturnsTheWord_HasNotFailed(string value)
    {
        using var wire = await StreamableHttpWire.ConnectAsync(fixture.Sample, Token);

        var (_, context) = await ObservedGateway.PostAsync(
            wire, Rpc.Request(7, "tools/call", $$$"""{"name":"echo","arguments":{"value":{{{value}}} } }"""), Token);

        Assert.All(await SpansAsync(context), span => Assert.Equal((SpanStatus.Unset, null), (span.Status, span.Attributes["error.type"])));
    }

    [Theory]
    [InlineData("tools/call", """{"name":"no-such-tool"}""", "-32602", "Unknown tool.")]
    [InlineData("no/such/method", null, "-32601", "Method not found: no/such/method")]
    public async Task Request_AnsweredWithAnError_HasItsCodeAndMessage(string method, string? parameters, string code, string message)
    {
        using var wire = await StreamableHttpWire.ConnectAsync(fixture.Fault, Token);

        var (_, context) = await ObservedGateway.PostAsync(wire, Rpc.Request(7, method, parameters), Token);

        foreach (var span in await SpansAsync(context))
        {
            Assert.Equal((SpanStatus.Error, message), (span.Status, span.StatusMessage));
            Assert.Equal((code, code), (span.Attributes["error.type"], span.Attributes["rpc.response.status_code"]));
        }

        await AssertCountedAsync(point => (string?)point.Attributes["mcp.method.name"] == method, code, ("rpc.response.status_code", code));
    }

    [Fact]
    public async Task Backend_ThatDies_FailsTheCallInBothSpans()
    {
        await using var observed = await ObservedGateway.StartAsync(Backends.Sample, Token, "--sharing", "dedicated");
        using var wire = await StreamableHttpWire.ConnectAsync(observed.Gateway.Mcp, Token);

        var (answer, context) = await ObservedGateway.PostAsync(wire, Rpc.Call(7, "crash", new { }), Token);

        var server = await observed.ServerSpanAsync(context, Token);
        Assert.Equal((SpanStatus.Error, (string)answer["error"]!["message"]!), (server.Status, server.StatusMessage));
        Assert.Equal($"{answer.ErrorCode()}", server.Attributes["error.type"]);
        Assert.Equal($"{answer.ErrorCode()}", server.Attributes["rpc.response.status_code"]);
        var client = await observed.ClientSpanAsync(context, Token);
        Assert.Equal(SpanStatus.Error, client.Status);
        Assert.IsType<string>(client.Attributes["error.type"]);
    }

    private async Task<OtlpSpan[]> SpansAsync(TraceContext context) =>
        [await fixture.Observed.ServerSpanAsync(context, Token), await fixture.Observed.ClientSpanAsync(context, Token)];

    private async Task AssertCountedAsync(Func<OtlpPoint, bool> isSeries, string errorType, params (string Name, string Value)[] others)
    {
        foreach (var histogram in new[] { "mcp.server.operation.duration", "mcp.client.operation.duration" })
        {
            var point = await fixture.Observed.Receiver.PointAsync(histogram, isSeries, point => (string?)point.Attributes["error.type"] == errorType, Token);
            Assert.All(others, other => Assert.Equal(other.Value, point.Attributes[other.Name]));
        }
    }
}
