using McpProxy.EndToEnd.Tests.Harness;
using McpProxy.EndToEnd.Tests.Telemetry.Otlp;

namespace McpProxy.EndToEnd.Tests.Telemetry;

/// <summary>HTTP requests in traces: each with its path, and none of those that only ask whether the gateway lives.</summary>
public sealed class ProbeTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Probes_AreInNoTrace()
    {
        await using var observed = await ObservedGateway.StartAsync(Backends.Sample, Token);
        using var http = new HttpMessageInvoker(new SocketsHttpHandler { ActivityHeadersPropagator = null });
        foreach (var path in (string[])["/health", "/alive", "/status"])
        {
            using var response = await http.SendAsync(new HttpRequestMessage(HttpMethod.Get, new Uri(observed.Gateway.Root, path)), Token);
        }

        var status = await observed.Receiver.SpanAsync(span => span.Kind == SpanKind.Server && (string?)span.Attributes["url.path"] == "/status", Token);
        Assert.Equal(("GET /status", "/status", "200"), (status.Name, status.Attributes["http.route"], $"{status.Attributes["http.response.status_code"]}"));

        Assert.DoesNotContain(observed.Receiver.Spans, span => (string?)span.Attributes["url.path"] is "/health" or "/alive");
    }
}
