using McpProxy.Gateway.Backends;
using McpProxy.Gateway.Sessions;
using McpProxy.Gateway.Tests.Harness;
using McpProxy.Relay.Messages;
using McpProxy.Relay.Tests;

namespace McpProxy.Gateway.Tests.Sessions;

/// <summary>When and where the reader of a stream goes on.</summary>
public sealed class EventReaderTests : IDisposable
{
    private const int Events = 3;

    private readonly MessagePool _pool = new();
    private readonly Wakeups _wakeups = new();
    private readonly EventStreams _streams;
    private readonly EventReader _reader;

    public EventReaderTests()
    {
        _streams = new EventStreams(new StreamLimits(1_000_000, ReplayEvents: 2 * Events, ReplayBytes: 1_000_000), _pool, TimeProvider.System);
        _reader = _streams.Attach(_streams.Own, static () => { });
    }

    public void Dispose()
    {
        _reader.Detach();
        _streams.End();
        Assert.Equal(0, _pool.Outstanding);
    }

    [Fact]
    public async Task AppendAsync_WithWakeups_ReaderGoesOnWithAllOfIt()
    {
        var (own, isEarly, isLate, reading) = await OwnThread.RunAsync(() =>
        {
            var reading = ReadAsync();
            Append(_wakeups);
            var isEarly = reading.IsCompleted;
            _wakeups.Run();
            return (Thread.CurrentThread, isEarly, !reading.IsCompleted, reading);
        });

        Assert.Equal((false, false), (isEarly, isLate));
        Assert.Equal((own, false, Events), await reading);
    }

    [Fact]
    public async Task AppendAsync_WithoutWakeups_ReaderGoesOnOnThePool()
    {
        var reading = await OwnThread.RunAsync(() =>
        {
            var reading = ReadAsync();
            Append(null);
            return reading;
        });

        Assert.True((await Wait.ForAsync(reading, "the reader goes on")).IsOnPool);
    }

    [Fact]
    public async Task Tick_ReaderGoesOnOnThePool()
    {
        var reading = await OwnThread.RunAsync(() =>
        {
            var reading = ReadAsync();
            _reader.Tick();
            return reading;
        });

        var (_, isOnPool, events) = await Wait.ForAsync(reading, "the reader goes on");
        Assert.Equal((true, 0, true), (isOnPool, events, _reader.TakeTick()));
    }

    [Fact]
    public void Run_ReaderHasGone_HarmsNobody()
    {
        Append(_wakeups);
        _reader.Detach();
        _wakeups.Run();

        var next = _streams.Attach(_streams.Own, static () => { });
        Assert.Equal(1, next.TryTake()!.Sequence);
        next.Detach();
    }

    private void Append(Wakeups? wakeups)
    {
        for (var i = 0; i < Events; i++)
        {
            var message = _pool.Parse(Rpc.Notification("notifications/own"));
            Assert.True(_streams.AppendAsync(_streams.Own, message, isLast: false, wakeups).AsTask().IsCompletedSuccessfully);
        }
    }

    /// <summary>Waits once.</summary>
    /// <returns>The thread that the wait ended on, and how many events were there then.</returns>
    private async Task<(Thread Thread, bool IsOnPool, int Events)> ReadAsync()
    {
        await _reader.WaitAsync();
        var (thread, isOnPool) = (Thread.CurrentThread, Thread.CurrentThread.IsThreadPoolThread);
        var events = 0;
        while (_reader.TryTake() is not null)
        {
            events++;
        }

        _reader.Commit();
        return (thread, isOnPool, events);
    }
}
