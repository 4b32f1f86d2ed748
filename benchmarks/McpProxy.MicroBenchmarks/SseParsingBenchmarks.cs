using BenchmarkDotNet.Attributes;
using McpProxy.Relay.Remote;

namespace McpProxy.MicroBenchmarks;

/// <summary>A remote server's answer, read from the stream of events that it comes as.</summary>
public class SseParsingBenchmarks
{
    private const int Events = 100;

    private readonly byte[] _answers = [.. Enumerable.Repeat(Event(MessageSamples.Answer), Events).SelectMany(bytes => bytes)];
    private readonly byte[] _large = Event(MessageSamples.Result(1_000_000));

    [Benchmark(Baseline = true, OperationsPerInvoke = Events)]
    public Task<int> Answer() => ReadAsync(_answers);

    [Benchmark]
    public Task<int> ResultOfOneMegabyte() => ReadAsync(_large);

    private static byte[] Event(byte[] json) => [.. "id: 1-1\nevent: message\ndata: "u8, .. json, .. "\n\n"u8];

    private static async Task<int> ReadAsync(byte[] body)
    {
        var events = new RemoteEvents(MessageSamples.Pool, int.MaxValue);
        await using var stream = new WatchedStream(new MemoryStream(body), int.MaxValue, TimeSpan.Zero, () => false, TimeProvider.System);
        var messages = 0;
        await foreach (var item in events.ReadAsync(stream, CancellationToken.None))
        {
            item.Parsed.Discard();
            messages++;
        }

        return messages;
    }
}
