using BenchmarkDotNet.Attributes;
using McpProxy.Gateway.Backends;
using McpProxy.Gateway.Errors;
using McpProxy.Gateway.Tests.Cost;
using McpProxy.Relay.Telemetry;

namespace McpProxy.MicroBenchmarks;

/// <summary>A request on a shared connection: registered under an id of ours, sent, answered and brought back to who asked.</summary>
public class ConnectionBenchmarks
{
    private EchoTransport _transport = null!;
    private Connection _connection = null!;
    private Task _pump = Task.CompletedTask;

    /// <summary>How many other requests wait for their answers.</summary>
    [Params(0, 1000)]
    public int Waiting { get; set; }

    [GlobalSetup]
    public async Task OpenAsync()
    {
        _transport = new EchoTransport(MessageSamples.Pool);
        _connection = new Connection(_transport, new NoOwner(), isShared: true, new Party(Attributes.Pipe), MessageSamples.Pool, TimeProvider.System);
        _pump = _connection.RunAsync();
        _transport.IsSilent = true;
        for (var i = 0; i < Waiting; i++)
        {
            var request = MessageSamples.Read(MessageSamples.CallWithMeta);
            await _connection.SendRequestAsync(request, new SinkExchange(request), CancellationToken.None);
        }

        _transport.IsSilent = false;
    }

    [GlobalCleanup]
    public async Task CloseAsync()
    {
        await _connection.FailAllAsync(ProxyFault.Removed);
        await _transport.DisposeAsync();
        await _pump;
    }

    [Benchmark(Baseline = true)]
    public Task<bool> Call() => CallAsync(MessageSamples.Call);

    [Benchmark]
    public Task<bool> CallWithProgressToken() => CallAsync(MessageSamples.CallWithMeta);

    private async Task<bool> CallAsync(byte[] json)
    {
        var request = MessageSamples.Read(json);
        var exchange = new SinkExchange(request);
        await _connection.SendRequestAsync(request, exchange, CancellationToken.None);
        return exchange.IsCompleted;
    }
}
