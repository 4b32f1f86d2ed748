using System.IO.Compression;
using System.Net;
using McpProxy.EndToEnd.Tests.Harness;
using McpProxy.EndToEnd.Tests.Telemetry.Otlp;
using McpProxy.EndToEnd.Tests.Wire;

namespace McpProxy.EndToEnd.Tests.Telemetry;

/// <summary>The receiver that the other tests rely on, against what .NET itself exports.</summary>
public sealed class OtlpReceiverTests
{
    private const string Trace = "0af7651916cd43dd8448eb211c80319c";
    private const string Parent = "b7ad6b7169203331";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Signals_OfDotNetItself_AreRead()
    {
        await using var receiver = await OtlpReceiver.StartAsync(Token);
        await using var gateway = await McpProxyProcess.StartAsync(
            ["--port", "0", "--", .. Backends.Fault("--flood-stderr", "1")], Token, receiver.Observe("gateway"));
        using var wire = new StreamableHttpWire(gateway.Mcp);

        await wire.PostAsync(Rpc.Initialize(1), Token, adjust: request => request.Headers.Add("traceparent", $"00-{Trace}-{Parent}-01"));

        var span = await receiver.SpanAsync(span => span is { TraceId: Trace, Source.Scope: "Microsoft.AspNetCore" }, Token);
        Assert.Equal((SpanKind.Server, Parent, "gateway"), (span.Kind, span.ParentId, span.Source.Service));
        Assert.True(span.End > span.Start && span.Name.Length > 0, span.ToString());
        var duration = await receiver.PointAsync("http.server.request.duration", _ => true, point => point.Count > 0, Token);
        Assert.Equal((200L, "POST"), (duration.Attributes["http.response.status_code"], duration.Attributes["http.request.method"]));
        Assert.Equal((MetricKind.Histogram, "s"), (duration.Metric.Kind, duration.Metric.Unit));
        Assert.True(duration.Bounds is [> 0, ..] && duration.Sum > 0, duration.ToString());
        await receiver.PointAsync("kestrel.active_connections", _ => true, point => point.Metric.Kind == MetricKind.UpDownCounter, Token);
        await receiver.PointAsync("dotnet.process.cpu.time", _ => true, point => point is { Metric.Kind: MetricKind.Counter, Value: > 0 }, Token);
        await receiver.LogAsync(log => log.Body.Contains("flood line 1", StringComparison.Ordinal), Token);
    }

    [Theory]
    [InlineData("/v1/traces", "0A05", HttpStatusCode.BadRequest)]
    [InlineData("/v1/logs", "", HttpStatusCode.OK)]
    [InlineData("/v1/other", "", HttpStatusCode.NotFound)]
    public async Task Post_OfSomethingElse_IsToldSo(string path, string body, HttpStatusCode expected)
    {
        await using var receiver = await OtlpReceiver.StartAsync(Token);
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        using var content = new ByteArrayContent(Convert.FromHexString(body));

        using var response = await http.PostAsync(new Uri(receiver.Endpoint + path), content, Token);

        Assert.Equal(expected, response.StatusCode);
    }

    [Fact]
    public async Task Span_Compressed_IsRead()
    {
        await using var receiver = await OtlpReceiver.StartAsync(Token);
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        using var body = new MemoryStream();
        await using (var gzip = new GZipStream(body, CompressionMode.Compress, leaveOpen: true))
        {
            await gzip.WriteAsync(Convert.FromHexString("0A07" + "1205" + "1203" + "2A0178"), Token); // A resource's scope's span, whose name is x.
        }

        using var content = new ByteArrayContent(body.ToArray());
        content.Headers.ContentEncoding.Add("gzip");
        using var response = await http.PostAsync(new Uri(receiver.Endpoint + "/v1/traces"), content, Token);

        Assert.Equal("x", Assert.Single(receiver.Spans).Name);
    }
}
