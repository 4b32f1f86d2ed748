using McpProxy.EndToEnd.Tests.Harness;
using McpProxy.EndToEnd.Tests.Telemetry.Otlp;
using McpProxy.EndToEnd.Tests.Wire;

namespace McpProxy.EndToEnd.Tests.Telemetry;

/// <summary>The gateway's metrics: those of the OpenTelemetry MCP conventions, and ours.</summary>
public sealed class MetricTests
{
    private const string Backend = "default";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("mcp.server.operation.duration", "tcp")]
    [InlineData("mcp.client.operation.duration", "pipe")]
    public async Task OperationDuration_OfToolCalls_IsThatOfTheConventions(string name, string transport)
    {
        await using var observed = await ObservedGateway.StartAsync(Backends.Fault(), Token, "--sharing", "dedicated");
        using var wire = await StreamableHttpWire.ConnectAsync(observed.Gateway.Mcp, Token, "2025-06-18");

        for (var call = 1; call <= 3; call++)
        {
            await wire.CallAsync(call, "echo", new { a = 1 }, Token);
        }

        var point = await observed.Receiver.PointAsync(name, point => (string?)point.Attributes["gen_ai.tool.name"] == "echo", point => point.Count == 3, Token);
        Durations.AssertIsDuration(point, transport);
        Assert.Equal("tools/call", point.Attributes["mcp.method.name"]);
        Assert.Equal("execute_tool", point.Attributes["gen_ai.operation.name"]);
        Assert.Equal("2025-06-18", point.Attributes["mcp.protocol.version"]);
        Assert.Null(point.Attributes["error.type"]);
    }

    [Fact]
    public async Task SessionDuration_OfADeletedSession_IsThatOfTheConventions()
    {
        await using var observed = await ObservedGateway.StartAsync(Backends.Fault(), Token);
        using var wire = await StreamableHttpWire.ConnectAsync(observed.Gateway.Mcp, Token, "2025-06-18");

        await wire.DeleteAsync(Token);

        var point = await observed.Receiver.PointAsync("mcp.server.session.duration", _ => true, point => point.Count == 1, Token);
        Durations.AssertIsDuration(point, "tcp");
        Assert.Equal("2025-06-18", point.Attributes["mcp.protocol.version"]);
        Assert.Null(point.Attributes["error.type"]);
    }

    [Fact]
    public async Task Sessions_OpenedAndDeleted_AreCounted()
    {
        await using var observed = await ObservedGateway.StartAsync(Backends.Fault(), Token);
        using var first = await StreamableHttpWire.ConnectAsync(observed.Gateway.Mcp, Token);
        using var second = await StreamableHttpWire.ConnectAsync(observed.Gateway.Mcp, Token);

        AssertIsLevel(await LevelAsync(observed, "mcp_proxy.sessions", value => value == 2), "{session}");
        await first.DeleteAsync(Token);
        await LevelAsync(observed, "mcp_proxy.sessions", value => value == 1);
        await second.DeleteAsync(Token);
        await LevelAsync(observed, "mcp_proxy.sessions", value => value == 0);
    }

    [Fact]
    public async Task Connections_OfAServerThatIsUp_AreCounted()
    {
        await using var observed = await ObservedGateway.StartAsync(Backends.Fault(), Token, "--sharing", "shared");
        using var wire = await StreamableHttpWire.ConnectAsync(observed.Gateway.Mcp, Token);

        AssertIsLevel(await LevelAsync(observed, "mcp_proxy.connections", value => value >= 1), "{connection}");
    }

    [Fact]
    public async Task Restarts_OfAServerThatDies_AreCounted()
    {
        await using var observed = await ObservedGateway.StartAsync(Backends.Sample, Token, "--sharing", "shared");
        using var wire = await StreamableHttpWire.ConnectAsync(observed.Gateway.Mcp, Token);

        await wire.PostAsync(Rpc.Call(1, "crash", new { }), Token);

        var point = await LevelAsync(observed, "mcp_proxy.backend.restarts", value => value >= 1);
        Assert.Equal((MetricKind.Counter, "{restart}"), (point.Metric.Kind, point.Metric.Unit));
        await LevelAsync(observed, "mcp_proxy.connections", value => value >= 1);
    }

    [Theory]
    [InlineData("up")]
    [InlineData("down")]
    public async Task Bytes_OfAnEcho_AreCountedInBothDirections(string direction)
    {
        const int Size = 100_000;
        await using var observed = await ObservedGateway.StartAsync(Backends.Fault(), Token);
        using var wire = await StreamableHttpWire.ConnectAsync(observed.Gateway.Mcp, Token);

        await wire.CallAsync(1, "echo", new { text = new string('x', Size) }, Token);

        var point = await observed.Receiver.PointAsync(
            "mcp_proxy.io", point => IsBackend(point) && (string?)point.Attributes["mcp_proxy.direction"] == direction, point => point.Value >= Size, Token);
        Assert.Equal((MetricKind.Counter, "By", McpSpans.Scope), (point.Metric.Kind, point.Metric.Unit, point.Metric.Source.Scope));
        Assert.All(
            observed.Receiver.Points.Where(point => point.Metric.Name == "mcp_proxy.io"),
            point => Assert.Contains((string?)point.Attributes["mcp_proxy.direction"], new[] { "up", "down" }));
    }

    [Fact]
    public async Task QueueSize_OfAServer_IsAGaugeOfBytes()
    {
        await using var observed = await ObservedGateway.StartAsync(Backends.Fault(), Token, "--sharing", "shared");
        using var wire = await StreamableHttpWire.ConnectAsync(observed.Gateway.Mcp, Token);
        await wire.CallAsync(1, "echo", new { }, Token);

        var point = await LevelAsync(observed, "mcp_proxy.queue.size", value => value == 0);
        Assert.Equal((MetricKind.Gauge, "By", McpSpans.Scope), (point.Metric.Kind, point.Metric.Unit, point.Metric.Source.Scope));
    }

    [Fact]
    public async Task RequestsInFlight_OfASlowCall_AreCountedUntilItEnds()
    {
        await using var observed = await ObservedGateway.StartAsync(Backends.Fault(), Token, "--sharing", "dedicated");
        using var wire = await StreamableHttpWire.ConnectAsync(observed.Gateway.Mcp, Token);

        var slow = wire.PostAsync(Rpc.Call(1, "sleep", new { ms = 3_600_000 }), Token);
        AssertIsLevel(await LevelAsync(observed, "mcp_proxy.requests.in_flight", value => value == 1), "{request}");
        await wire.DeleteAsync(Token);
        await LevelAsync(observed, "mcp_proxy.requests.in_flight", value => value == 0);
        await slow;
    }

    [Fact]
    public async Task Metrics_OfSeveralServers_AreToldApart()
    {
        await using var observed = await ObservedGateway.StartAsync(
            Backends.Fault(), Token, "--named-server", "other", Backends.CommandString(Backends.Fault()));
        using var first = await StreamableHttpWire.ConnectAsync(observed.Gateway.Mcp, Token);
        using var second = await StreamableHttpWire.ConnectAsync(observed.Gateway.Named("other", "mcp"), Token);
        using var third = await StreamableHttpWire.ConnectAsync(observed.Gateway.Named("other", "mcp"), Token);

        await LevelAsync(observed, "mcp_proxy.sessions", value => value == 1);
        await observed.Receiver.PointAsync(
            "mcp_proxy.sessions", point => (string?)point.Attributes["mcp_proxy.backend"] == "other", point => point.Value == 2, Token);
    }

    private static bool IsBackend(OtlpPoint point) => (string?)point.Attributes["mcp_proxy.backend"] == Backend;

    private static Task<OtlpPoint> LevelAsync(ObservedGateway observed, string metric, Func<double, bool> accept) =>
        observed.Receiver.PointAsync(metric, IsBackend, point => accept(point.Value), Token);

    // A level is told by an up-down counter or by a gauge.
    private static void AssertIsLevel(OtlpPoint point, string unit)
    {
        Assert.Contains(point.Metric.Kind, new[] { MetricKind.UpDownCounter, MetricKind.Gauge });
        Assert.Equal((unit, McpSpans.Scope), (point.Metric.Unit, point.Metric.Source.Scope));
    }
}
