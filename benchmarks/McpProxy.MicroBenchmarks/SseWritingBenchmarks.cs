using BenchmarkDotNet.Attributes;
using McpProxy.Gateway.Configuration;
using McpProxy.Gateway.Sessions;
using McpProxy.Gateway.StreamableHttp;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace McpProxy.MicroBenchmarks;

/// <summary>An answer that goes to its client as a stream of its own: opened, filled, carried by a response, ended and kept for a replay.</summary>
public class SseWritingBenchmarks
{
    private readonly DefaultHttpContext _context = new(); // Its body takes everything and keeps nothing.
    private readonly OpenStreams _open = new(Options.Create(new GatewayOptions()), TimeProvider.System);
    private readonly byte[] _large = MessageSamples.Result(1_000_000);
    private EventStreams _streams = null!;

    [GlobalSetup]
    public void Open() => _streams = new EventStreams(new StreamLimits(4 * 1024 * 1024, 256, 4 * 1024 * 1024), MessageSamples.Pool, TimeProvider.System);

    [GlobalCleanup]
    public void End() => _streams.End();

    [Benchmark(Baseline = true)]
    public Task Answer() => WriteAsync(MessageSamples.Answer);

    [Benchmark]
    public Task ResultOfOneMegabyte() => WriteAsync(_large);

    private async Task WriteAsync(byte[] json)
    {
        var stream = _streams.Open();
        var reader = _streams.Attach(stream, _context.Abort);
        await _streams.AppendAsync(stream, MessageSamples.Read(json), isLast: true);
        await new SseResponse(_context, reader, _open, TimeProvider.System).RunAsync();
    }
}
