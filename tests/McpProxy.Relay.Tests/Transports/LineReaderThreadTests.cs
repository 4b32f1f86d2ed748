using McpProxy.Relay.Messages;
using McpProxy.Relay.Transports;

namespace McpProxy.Relay.Tests.Transports;

/// <summary>On which thread a reader goes on: a fair one leaves a thread that has others to serve, before it has held it up for long.</summary>
public sealed class LineReaderThreadTests : IAsyncDisposable
{
    private const int Many = 2000;
    private const int Kilobyte = 1024;

    /// <summary>So many reads, one after the other, may find more at once.</summary>
    private const int Few = 64;

    private static readonly byte[] Line = "{\"jsonrpc\":\"2.0\",\"method\":\"x\"}\n"u8.ToArray();

    private readonly MessagePool _pool = new();
    private readonly FedStream _fed = new();

    public async ValueTask DisposeAsync()
    {
        await _fed.DisposeAsync();
        Assert.Equal(0, _pool.Outstanding);
    }

    [Fact(Timeout = Eventually.Deadline)]
    public async Task ReceiveAsync_FairAndThereIsAlwaysMore_GoesOnOnThePool()
    {
        await using var transport = Open(new ScriptedInput(Endless()), isFair: true);

        var (own, receiving) = await OwnThread.RunAsync(() => (Thread.CurrentThread, ReceiveAsync(transport, Many)));
        var threads = await receiving;

        Assert.InRange(threads.FindLastIndex(one => one.Thread == own), 0, Few);
        Assert.All(threads.Skip(Few + 1), one => Assert.True(one.IsOfThePool));
    }

    [Fact(Timeout = Eventually.Deadline)]
    public async Task ReceiveAsync_NotFairAndThereIsAlwaysMore_NeverLeavesItsThread()
    {
        await using var transport = Open(new ScriptedInput(Endless()), isFair: false);

        var (own, receiving) = await OwnThread.RunAsync(() => (Thread.CurrentThread, ReceiveAsync(transport, Many)));

        Assert.All(await receiving, one => Assert.Same(own, one.Thread));
    }

    [Fact(Timeout = Eventually.Deadline)]
    public async Task ReceiveAsync_FairAndEachLineIsWaitedFor_GoesOnOnTheThreadThatBringsIt()
    {
        await using var transport = Open(_fed, isFair: true);

        var (own, receiving) = await OwnThread.RunAsync(() =>
        {
            var receiving = ReceiveAsync(transport, Many);
            for (var i = 0; i < Many; i++)
            {
                _fed.Feed(Line);
            }

            return (Thread.CurrentThread, receiving);
        });

        Assert.All(await receiving, one => Assert.Same(own, one.Thread));
    }

    [Theory(Timeout = Eventually.Deadline)]
    [InlineData(true, 60 * Kilobyte, false)]
    [InlineData(true, 100 * Kilobyte, true)]
    [InlineData(false, 100 * Kilobyte, false)]
    public async Task ReceiveAsync_LongLine_GoesOnOnThePoolIfFair(bool isFair, int length, bool isOnPool)
    {
        await using var transport = Open(_fed, isFair);
        byte[] line = [.. Wire.Json(length).Select(c => (byte)c), (byte)'\n'];
        var first = Math.Min(64 * Kilobyte, line.Length - 1);

        var (own, receiving) = await OwnThread.RunAsync(() =>
        {
            var receiving = ReceiveAsync(transport, 1);
            _fed.Feed(line.AsSpan(0, first));
            _fed.Feed(line.AsSpan(first));
            return (Thread.CurrentThread, receiving);
        });
        var one = Assert.Single(await receiving);

        Assert.Equal((isOnPool, isOnPool), (one.Thread != own, one.IsOfThePool));
    }

    private LineTransport Open(Stream input, bool isFair) => new(input, Stream.Null, _pool, 1024 * Kilobyte, isFair);

    /// <summary>Receives so many messages.</summary>
    /// <returns>The thread that went on with each.</returns>
    private static async Task<List<(Thread Thread, bool IsOfThePool)>> ReceiveAsync(LineTransport transport, int messages)
    {
        var threads = new List<(Thread Thread, bool IsOfThePool)>();
        while (threads.Count < messages)
        {
            var received = await transport.ReceiveAsync(CancellationToken.None);
            received.Message!.Dispose();
            threads.Add((Thread.CurrentThread, Thread.CurrentThread.IsThreadPoolThread)); // A thread that has ended tells nothing.
        }

        return threads;
    }

    private static IEnumerable<byte[]> Endless()
    {
        while (true)
        {
            yield return Line;
        }
    }
}
