using BenchmarkDotNet.Attributes;
using McpProxy.Relay.Messages;

namespace McpProxy.MicroBenchmarks;

/// <summary>One look at a message: <see cref="MessageScanner.Scan"/>.</summary>
public class ScannerBenchmarks
{
    private readonly byte[] _large = MessageSamples.Result(1_000_000);
    private readonly byte[] _veryLarge = MessageSamples.Result(10_000_000);

    [Benchmark(Baseline = true)]
    public ScanFault Call() => MessageScanner.Scan(MessageSamples.Call, out _);

    [Benchmark]
    public ScanFault CallWithMeta() => MessageScanner.Scan(MessageSamples.CallWithMeta, out _);

    [Benchmark]
    public ScanFault CallWithManyMembers() => MessageScanner.Scan(MessageSamples.CallWithManyMembers, out _);

    [Benchmark]
    public ScanFault Answer() => MessageScanner.Scan(MessageSamples.Answer, out _);

    [Benchmark]
    public ScanFault ResultOfOneMegabyte() => MessageScanner.Scan(_large, out _);

    [Benchmark]
    public ScanFault ResultOfTenMegabytes() => MessageScanner.Scan(_veryLarge, out _);
}
