using BenchmarkDotNet.Attributes;
using McpProxy.Relay.Transports;

namespace McpProxy.MicroBenchmarks;

/// <summary>Messages to a child and from it, over streams that are always ready.</summary>
public class LineTransportBenchmarks
{
    private const int Lines = 100;

    private readonly byte[] _small = [.. MessageSamples.Answer, (byte)'\n'];
    private readonly byte[] _large = [.. MessageSamples.Result(1_000_000), (byte)'\n'];
    private LineTransport _writing = null!;
    private LineTransport _reading = null!;
    private LineTransport _readingLarge = null!;

    [GlobalSetup]
    public void Open()
    {
        _writing = new LineTransport(Stream.Null, Stream.Null, MessageSamples.Pool, int.MaxValue);
        _reading = new LineTransport(new RepeatingStream(_small), Stream.Null, MessageSamples.Pool, int.MaxValue);
        _readingLarge = new LineTransport(new RepeatingStream(_large), Stream.Null, MessageSamples.Pool, int.MaxValue);
    }

    [GlobalCleanup]
    public async Task CloseAsync()
    {
        await _writing.DisposeAsync();
        await _reading.DisposeAsync();
        await _readingLarge.DisposeAsync();
    }

    [Benchmark(Baseline = true)]
    public async Task<bool> Write() => await _writing.SendAsync(MessageSamples.Read(MessageSamples.Call), CancellationToken.None);

    [Benchmark(OperationsPerInvoke = Lines)]
    public Task<int> Read() => ReadAsync(_reading, Lines);

    [Benchmark]
    public Task<int> ReadOneMegabyte() => ReadAsync(_readingLarge, 1);

    private static async Task<int> ReadAsync(LineTransport transport, int lines)
    {
        var bytes = 0;
        for (var i = 0; i < lines; i++)
        {
            using var message = (await transport.ReceiveAsync(CancellationToken.None)).Message;
            bytes += message!.Length;
        }

        return bytes;
    }
}
