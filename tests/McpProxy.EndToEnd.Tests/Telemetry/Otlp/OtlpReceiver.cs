using System.Collections.Concurrent;
using System.Diagnostics;
using System.IO.Compression;
using System.Net;
using McpProxy.EndToEnd.Tests.Harness;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace McpProxy.EndToEnd.Tests.Telemetry.Otlp;

/// <summary>Takes what programs export with OTLP over HTTP (protobuf), and keeps all of it.</summary>
internal sealed class OtlpReceiver : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentQueue<OtlpSpan> _spans = new();
    private readonly ConcurrentQueue<OtlpPoint> _points = new();
    private readonly ConcurrentQueue<OtlpLogRecord> _logs = new();
    private readonly ConcurrentQueue<Exception> _faults = new();

    private OtlpReceiver(WebApplication app) => _app = app;

    /// <summary>Where it listens: a value for <c>OTEL_EXPORTER_OTLP_ENDPOINT</c>.</summary>
    public string Endpoint => _app.Urls.First();

    public IReadOnlyCollection<OtlpSpan> Spans => _spans;

    /// <summary>The points of every export, oldest first.</summary>
    public IReadOnlyCollection<OtlpPoint> Points => _points;

    public IReadOnlyCollection<OtlpLogRecord> Logs => _logs;

    public static async Task<OtlpReceiver> StartAsync(CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var app = builder.Build();
        var receiver = new OtlpReceiver(app);
        app.MapPost("/v1/traces", context => TakeAsync(context, receiver._spans, (source, span) => [OtlpSpan.Read(source, span)], receiver._faults));
        app.MapPost("/v1/metrics", context => TakeAsync(context, receiver._points, OtlpMetric.Read, receiver._faults));
        app.MapPost("/v1/logs", context => TakeAsync(context, receiver._logs, (source, log) => [OtlpLogRecord.Read(source, log)], receiver._faults));
        await app.StartAsync(cancellationToken);
        return receiver;
    }

    /// <summary>Makes a program export to this receiver, at short intervals, under this name.</summary>
    public Action<ProcessStartInfo> Observe(string service) => start =>
    {
        foreach (var (name, value) in Variables(service))
        {
            start.Environment[name] = value;
        }
    };

    /// <summary>The environment variables that make a program export to this receiver.</summary>
    public IReadOnlyDictionary<string, string?> Variables(string service) => OtlpVariables.For(Endpoint, service);

    /// <summary>Waits for a span that matches.</summary>
    public async Task<OtlpSpan> SpanAsync(Func<OtlpSpan, bool> matches, CancellationToken cancellationToken) =>
        (await WaitAsync(_spans, matches, cancellationToken))!;

    /// <summary>Waits for a log record that matches.</summary>
    public async Task<OtlpLogRecord> LogAsync(Func<OtlpLogRecord, bool> matches, CancellationToken cancellationToken) =>
        (await WaitAsync(_logs, matches, cancellationToken))!;

    /// <summary>Waits for a point that matches: the newest, so that what was once true does not do.</summary>
    public async Task<OtlpPoint> PointAsync(string metric, Func<OtlpPoint, bool> isSeries, Func<OtlpPoint, bool> accept, CancellationToken cancellationToken) =>
        (await Wait.UntilAsync(
            () => ValueTask.FromResult(_points.LastOrDefault(point => point.Metric.Name == metric && isSeries(point))),
            point => point is not null && accept(point),
            () => Describe(_points.Where(point => point.Metric.Name == metric).TakeLast(10)) + $"{Environment.NewLine}Metrics: "
                + string.Join(", ", _points.Select(point => point.Metric.Name).Distinct(StringComparer.Ordinal)),
            cancellationToken))!;

    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource(TimeSpan.Zero);
        await _app.StopAsync(now.Token);
        await _app.DisposeAsync();
    }

    private static async Task TakeAsync<T>(HttpContext context, ConcurrentQueue<T> kept, OtlpRequest.RecordReader<T> read, ConcurrentQueue<Exception> faults)
    {
        using var body = new MemoryStream();
        await using var content = context.Request.Headers.ContentEncoding == "gzip"
            ? new GZipStream(context.Request.Body, CompressionMode.Decompress)
            : context.Request.Body;
        await content.CopyToAsync(body, context.RequestAborted);
        try
        {
            foreach (var record in OtlpRequest.Read(body.ToArray(), read))
            {
                kept.Enqueue(record);
            }

            context.Response.ContentType = "application/x-protobuf"; // An empty message: all was taken.
        }
        catch (Exception fault) when (fault is ArgumentException or InvalidDataException or OverflowException)
        {
            faults.Enqueue(fault);
            context.Response.StatusCode = StatusCodes.Status400BadRequest;
        }
    }

    private Task<T?> WaitAsync<T>(ConcurrentQueue<T> kept, Func<T, bool> matches, CancellationToken cancellationToken)
        where T : class =>
        Wait.UntilAsync(
            () => ValueTask.FromResult(kept.FirstOrDefault(matches)),
            found => found is not null,
            () => Describe(kept.TakeLast(50)),
            cancellationToken);

    private string Describe<T>(IEnumerable<T> records) =>
        $"Received:{Environment.NewLine}{string.Join(Environment.NewLine, records)}{Environment.NewLine}Faults: {string.Join(Environment.NewLine, _faults)}";
}
