using McpProxy.EndToEnd.Tests.Harness;
using McpProxy.EndToEnd.Tests.Telemetry.Otlp;
using McpProxy.EndToEnd.Tests.Wire;

namespace McpProxy.EndToEnd.Tests.Telemetry;

/// <summary>What a process has not yet exported when it is told to stop is exported before it ends.</summary>
public sealed class FlushTests
{
    private const string Service = "ends-soon";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Gateway_ToldToStopBehindACall_ExportsItFirst()
    {
        await using var receiver = await OtlpReceiver.StartAsync(Token);
        await using var gateway = await McpProxyProcess.StartAsync(
            ["--port", "0", "--sharing", "dedicated", "--", .. Backends.Fault("--flood-stderr", "1")],
            Token,
            start =>
            {
                foreach (var (name, value) in OtlpVariables.OnlyAtTheEnd(receiver.Endpoint, Service))
                {
                    start.Environment[name] = value;
                }
            });
        using var wire = await StreamableHttpWire.ConnectAsync(gateway.Mcp, Token);
        var (_, context) = await ObservedGateway.PostAsync(wire, Rpc.Call(7, "echo", new { }), Token);

        Assert.Equal(0, await gateway.StopAsync(Token));

        // What comes later comes never: the process is gone.
        await AssertExportedAsync(receiver, context);
        Assert.Contains(receiver.Logs, log => log.Body.Contains("flood line 1", StringComparison.Ordinal));
        Assert.Contains(receiver.Points, point => point.Metric.Name == "mcp.server.session.duration");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Bridge_ToldToStopBehindACall_ExportsItFirst(bool bySignal)
    {
        Assert.SkipWhen(bySignal && OperatingSystem.IsWindows(), "Needs signals.");
        var context = TraceContext.Create();
        await using var observed = await ObservedBridge.StartAsync(Service, OtlpVariables.OnlyAtTheEnd, Token);
        await observed.Bridge.RequestAsync(
            Rpc.Request(7, "tools/call", $$$"""{"name":"echo","_meta":{"traceparent":"{{{context.Traceparent}}}"} }"""), 7, Token);

        if (bySignal)
        {
            Posix.Signal(observed.Bridge.Id, Posix.Terminate);
            Assert.Equal(0, await observed.Bridge.WaitForExitAsync(Token));
        }
        else
        {
            Assert.Equal(0, await observed.Bridge.CloseAsync(Token));
        }

        await AssertExportedAsync(observed.Receiver, context);
        Assert.Equal("DELETE", observed.Server.Requests.Last().Method);
    }

    private static async Task AssertExportedAsync(OtlpReceiver receiver, TraceContext context)
    {
        var server = await receiver.ServerSpanAsync(Service, context.TraceId, Token);
        var client = await receiver.ClientSpanAsync(Service, context.TraceId, Token);
        Assert.Equal(server.SpanId, client.ParentId);
        Assert.Contains(receiver.Points, point => point.Metric.Name == "mcp.server.operation.duration" && (string?)point.Attributes["gen_ai.tool.name"] == "echo");
        Assert.Contains(receiver.Points, point => point.Metric.Name == "mcp.client.operation.duration" && (string?)point.Attributes["gen_ai.tool.name"] == "echo");
    }
}
