using System.Net;
using System.Text.Json.Nodes;
using McpProxy.EndToEnd.Tests.Bridge;
using McpProxy.EndToEnd.Tests.Telemetry.Otlp;
using McpProxy.EndToEnd.Tests.Wire;

namespace McpProxy.EndToEnd.Tests.Telemetry;

/// <summary>The bridge's own spans, and what of them its server gets to see.</summary>
public sealed class BridgeSpanTests
{
    private const string Service = "bridge-under-test";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Message_WithoutContext_ReachesTheServerWithThatOfTheClientSpan()
    {
        var sent = Rpc.Call(7, "echo", new { a = 1 }, progressToken: "t");
        await using var observed = await ObservedBridge.StartAsync(Service, Token);

        await observed.Bridge.RequestAsync(sent, 7, Token);

        var request = observed.Server.Of("tools/call").Single();
        var added = SeenLines.AssertOnlyTraceparentAdded(sent, request.Body);
        var client = await observed.Receiver.SpanAsync(span => span.IsMcp() && span.Kind == SpanKind.Client && span.Name == "tools/call echo", Token);
        Assert.Equal($"00-{client.TraceId}-{client.SpanId}-01", added);
        Assert.Equal(client.TraceId, request.Header("traceparent")?.Split('-')[1]);
    }

    [Fact]
    public async Task Message_WithContext_ReachesTheServerUntouchedAndIsTheParent()
    {
        var context = TraceContext.Create();
        var sent = Call(context);
        await using var observed = await ObservedBridge.StartAsync(Service, Token);

        await observed.Bridge.RequestAsync(sent, 7, Token);

        Assert.Equal(sent, observed.Server.Of("tools/call").Single().Body);
        var server = await observed.Receiver.ServerSpanAsync(Service, context.TraceId, Token);
        Assert.Equal(context.SpanId, server.ParentId);
        Assert.Equal(server.SpanId, (await observed.Receiver.ClientSpanAsync(Service, context.TraceId, Token)).ParentId);
    }

    [Theory]
    [InlineData("""{"result":{"content":[],"isError":true}}""", "tool_error", null, null)]
    [InlineData("""{"error":{"code":-32602,"message":"No such \"tool\" é"}}""", "-32602", "-32602", "No such \"tool\" é")]
    public async Task Answer_ThatIsAnError_IsInBothSpans(string members, string errorType, string? code, string? message)
    {
        var context = TraceContext.Create();
        await using var observed = await ObservedBridge.StartAsync(Service, Token);
        observed.Server.Script = (http, request) => AnswerAsync(http, request, $$"""{"jsonrpc":"2.0","id":7,{{members[1..]}}""");

        await observed.Bridge.RequestAsync(Call(context), 7, Token);

        foreach (var span in await observed.SpansAsync(context, Token))
        {
            Assert.Equal((SpanStatus.Error, message), (span.Status, message is null ? null : span.StatusMessage));
            Assert.Equal((errorType, code), (span.Attributes["error.type"], span.Attributes["rpc.response.status_code"]));
        }
    }

    [Fact]
    public async Task Server_ThatFails_IsInBothSpansAndInALogRecordOfTheTrace()
    {
        var context = TraceContext.Create();
        await using var observed = await ObservedBridge.StartAsync(Service, Token);
        observed.Server.Script = async (http, request) =>
        {
            var isCall = request.Rpc == "tools/call";
            await (isCall ? RemoteServer.JsonAsync(http, "broken", (int)HttpStatusCode.InternalServerError) : Task.CompletedTask);
            return isCall;
        };

        var answer = JsonNode.Parse(await observed.Bridge.RequestAsync(Call(context), 7, Token))!;

        foreach (var span in await observed.SpansAsync(context, Token))
        {
            Assert.Equal(SpanStatus.Error, span.Status);
            Assert.IsType<string>(span.Attributes["error.type"]);
        }

        var server = await observed.Receiver.ServerSpanAsync(Service, context.TraceId, Token);
        Assert.Equal(($"{answer.ErrorCode()}", (string)answer["error"]!["message"]!), (server.Attributes["error.type"], server.StatusMessage));
        var log = await observed.Receiver.LogAsync(log => log.TraceId == context.TraceId && log.Severity >= OtlpLogRecord.Warning, Token);
        Assert.Equal(Service, log.Source.Service);
    }

    [Fact]
    public async Task Histograms_OfACall_AreThoseOfTheConventions()
    {
        await using var observed = await ObservedBridge.StartAsync(Service, Token);

        await observed.Bridge.RequestAsync(Rpc.Call(7, "echo", new { }), 7, Token);

        foreach (var (name, transport) in new[] { ("mcp.server.operation.duration", "pipe"), ("mcp.client.operation.duration", "tcp") })
        {
            var point = await observed.Receiver.PointAsync(name, point => (string?)point.Attributes["gen_ai.tool.name"] == "echo", point => point.Count == 1, Token);
            Durations.AssertIsDuration(point, transport);
            Assert.Equal("2025-06-18", point.Attributes["mcp.protocol.version"]);
        }
    }

    private static string Call(TraceContext context) =>
        Rpc.Request(7, "tools/call", $$$"""{"name":"echo","_meta":{"traceparent":"{{{context.Traceparent}}}"} }""");

    private static async Task<bool> AnswerAsync(Microsoft.AspNetCore.Http.HttpContext http, RemoteRequest request, string answer)
    {
        var isCall = request.Rpc == "tools/call";
        await (isCall ? RemoteServer.JsonAsync(http, answer) : Task.CompletedTask);
        return isCall;
    }
}
