using System.Diagnostics;
using McpProxy.EndToEnd.Tests.Harness;
using McpProxy.EndToEnd.Tests.Telemetry.Otlp;

namespace McpProxy.EndToEnd.Tests.Telemetry;

/// <summary><c>mcp-proxy check</c> shows the whole way in one trace.</summary>
public sealed class CheckTraceTests(ObservedFixture fixture) : IClassFixture<ObservedFixture>
{
    private const string Service = "check-under-test";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Check_OfAGateway_IsOneTraceDownToTheServer()
    {
        Assert.Equal(0, await CheckAsync(fixture.Observed.Gateway.Mcp.AbsoluteUri));

        var whole = await fixture.Observed.Receiver.SpanAsync(span => span is { Name: "mcp-proxy check", Status: SpanStatus.Unset } && span.Source.Service == Service, Token);
        foreach (var method in (string[])["tools/list", "prompts/list", "ping"])
        {
            var asked = await SpanAsync(method, SpanKind.Client, Service, whole.TraceId);
            var heard = await SpanAsync(method, SpanKind.Server, ObservedGateway.Service, whole.TraceId);
            await SpanAsync(method, SpanKind.Client, ObservedGateway.Service, whole.TraceId);

            Assert.Equal(whole.SpanId, asked.ParentId);
            await fixture.Observed.Receiver.AssertDescendsAsync(heard, asked.SpanId, Token);
        }
    }

    [Fact]
    public async Task Check_ThatFails_SaysSoInItsSpan()
    {
        Assert.Equal(1, await CheckAsync("http://127.0.0.1:1/mcp"));

        var whole = await fixture.Observed.Receiver.SpanAsync(
            span => span.Name == "mcp-proxy check" && span.Source.Service == Service && span.Status == SpanStatus.Error, Token);
        var asked = await SpanAsync("initialize", SpanKind.Client, Service, whole.TraceId);

        Assert.NotEqual("", whole.StatusMessage);
        Assert.Equal((whole.SpanId, SpanStatus.Error), (asked.ParentId, asked.Status));
    }

    private async Task<int> CheckAsync(string address)
    {
        var start = new ProcessStartInfo(ArtifactPaths.McpProxy, ["check", "--connect-timeout", "10s", address]);
        fixture.Observed.Receiver.Observe(Service)(start);
        await using var process = new CapturedProcess(start);
        return await process.WaitForExitAsync(Token);
    }

    private Task<OtlpSpan> SpanAsync(string name, SpanKind kind, string service, string traceId) => fixture.Observed.Receiver.SpanAsync(
        span => span.Name == name && span.Kind == kind && span.IsMcp() && span.Source.Service == service && span.TraceId == traceId, Token);
}
