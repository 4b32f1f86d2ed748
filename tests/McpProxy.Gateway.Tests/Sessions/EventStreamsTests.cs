using McpProxy.Gateway.Sessions;
using McpProxy.Gateway.Tests.Harness;
using McpProxy.Relay.Messages;

namespace McpProxy.Gateway.Tests.Sessions;

/// <summary>What the streams of a session keep, and for how long.</summary>
public sealed class EventStreamsTests
{
    private readonly MessagePool _pool = new();
    private int _dropped;

    [Fact]
    public async Task Resume_AfterEventsThatWereNeverCommitted_CountsThemAsDelivered()
    {
        var streams = Create(replayEvents: 10);
        await AppendAsync(streams, 3);
        var first = streams.Attach(streams.Own, Ignore);
        Assert.Equal([1L, 2, 3], Take(first));

        // The client has read all three; its connection broke before the write was known to be done.
        first.Detach();
        var again = streams.Resume(new SseEventId(0, 3), Ignore)!;

        Assert.Empty(Take(again));
        Assert.Equal(0, streams.Own.QueuedBytes);
        End(streams, again);
    }

    [Fact]
    public async Task Attach_AfterEventsThatWereNeverCommitted_GivesThemAgain()
    {
        var streams = Create(replayEvents: 10);
        await AppendAsync(streams, 3);
        var first = streams.Attach(streams.Own, Ignore);
        Take(first);
        first.Detach();

        var again = streams.Attach(streams.Own, Ignore);

        Assert.Equal([1L, 2, 3], Take(again));
        End(streams, again);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(5000, 10)] // Those are kept as they are.
    public async Task Kept_EventsOfAllStreams_AreBoundedTogether(int padding, int buffers)
    {
        var streams = Create(replayEvents: 10);
        for (var i = 0; i < 50; i++)
        {
            var stream = streams.Open();
            var reader = streams.Attach(stream, Ignore);
            await streams.AppendAsync(stream, Response(padding), isLast: true);
            Take(reader);
            reader.Commit();
            reader.Detach();
        }

        Assert.Equal(buffers, _pool.Outstanding);
        Assert.Null(streams.Resume(new SseEventId(40, 0), Ignore));
        for (var number = 41; number <= 50; number++)
        {
            var reader = streams.Resume(new SseEventId(number, 0), Ignore)!;
            using var expected = Response(padding);
            Assert.Equal(expected.ToArray(), reader.TryTake()!.Message.ToArray());
            Assert.True(reader.IsAtEnd);
            reader.Commit();
            reader.Detach();
        }

        Assert.Null(streams.Resume(new SseEventId(50, 2), Ignore));
        Assert.False(streams.HasReaders);
        End(streams);
    }

    [Fact]
    public async Task Resume_ReplayNotSent_IsThereForTheNextOne()
    {
        var streams = Create(replayEvents: 10);
        var reader = streams.Attach(streams.Own, Ignore);
        await AppendAsync(streams, 4);
        Take(reader);
        reader.Commit();
        await AppendAsync(streams, 1);

        var second = streams.Resume(new SseEventId(0, 1), Ignore)!;
        Assert.Equal(2, second.TryTake()!.Sequence);
        var third = streams.Resume(new SseEventId(0, 2), Ignore)!;
        Assert.Null(second.TryTake());
        Assert.Equal([3L, 4, 5], Take(third));
        third.Detach();
        var fourth = streams.Attach(streams.Own, Ignore);

        Assert.Equal([5L], Take(fourth));
        reader.Detach();
        second.Detach();
        End(streams, fourth);
    }

    [Fact]
    public async Task Commit_BySupersededReader_TakesNothingFromItsSuccessor()
    {
        var streams = Create(replayEvents: 10);
        var stream = streams.Open();
        var first = streams.Attach(stream, Ignore);
        await streams.AppendAsync(stream, _pool.Parse("""{"jsonrpc":"2.0","method":"notifications/progress"}"""), isLast: false);
        await streams.AppendAsync(stream, Response(), isLast: true);
        Assert.Equal([1L, 2], Take(first));

        var second = streams.Resume(new SseEventId(stream.Number, 0), Ignore)!;
        first.Commit();
        first.Detach();

        Assert.Equal([1L, 2], Take(second));
        Assert.True(second.IsAtEnd);
        second.Commit();
        second.Detach();
        End(streams);
    }

    [Fact]
    public async Task Resume_RestOfTheStreamWasDropped_IsRefused()
    {
        var streams = Create(replayEvents: 10);
        var stream = streams.Open();
        var reader = streams.Attach(stream, Ignore);
        await streams.AppendAsync(stream, _pool.Parse("""{"jsonrpc":"2.0","method":"notifications/progress"}"""), isLast: false);
        Take(reader);
        reader.Commit();
        reader.Detach();
        await streams.AppendAsync(stream, Response(), isLast: true);
        for (var i = 0; i < 10; i++)
        {
            await streams.AppendAsync(streams.Open(), Response(), isLast: true);
        }

        Assert.Null(streams.Resume(new SseEventId(stream.Number, 0), Ignore));
        Assert.Null(streams.Resume(new SseEventId(stream.Number, 1), Ignore));
        End(streams);
    }

    [Fact]
    public async Task Answers_ThatNobodyFetches_AreBounded()
    {
        var streams = Create(replayEvents: 10);
        for (var i = 0; i < 500; i++)
        {
            await streams.AppendAsync(streams.Open(), Response(), isLast: true);
        }

        Assert.InRange(_pool.Outstanding, 1, 11);
        Assert.True(_dropped > 0);
        End(streams);
    }

    [Fact]
    public async Task Append_QueueFull_WaitsUntilThereIsRoom()
    {
        var streams = Create(replayEvents: 10, queueBytes: 100);
        var reader = streams.Attach(streams.Own, Ignore);
        await AppendAsync(streams, 3);

        var waiting = AppendAsync(streams, 1);
        Assert.False(waiting.IsCompleted);
        Take(reader);
        reader.Commit();

        await Wait.ForAsync(waiting, "there is room");
        End(streams, reader);
    }

    [Theory]
    [InlineData("detach")]
    [InlineData("stop waiting")]
    [InlineData("end")]
    public async Task Append_WaitingForRoom_GoesOnWhenNobodyReadsAnyMore(string why)
    {
        var streams = Create(replayEvents: 10, queueBytes: 100);
        var reader = streams.Attach(streams.Own, Ignore);
        await AppendAsync(streams, 3);
        var waiting = AppendAsync(streams, 1);

        Action then = why switch { "detach" => reader.Detach, "stop waiting" => streams.StopWaiting, _ => streams.End };
        then();

        await Wait.ForAsync(waiting, "it waits no more");
        End(streams, reader);
    }

    [Fact]
    public async Task End_WhileAReaderWrites_LetsGoOnlyAfterwards()
    {
        var streams = Create(replayEvents: 10);
        var reader = streams.Attach(streams.Own, Ignore);
        await AppendAsync(streams, 1);
        var taken = reader.TryTake()!;

        streams.End();

        Assert.NotEqual(0, taken.Message.Body.Length);
        reader.Detach();
        Assert.Equal(0, _pool.Outstanding);
    }

    [Theory]
    [InlineData("0-0", true)]
    [InlineData("12-34", true)]
    [InlineData("", false)]
    [InlineData("1", false)]
    [InlineData("-", false)]
    [InlineData("1-", false)]
    [InlineData("-1", false)]
    [InlineData(" 1-1", false)]
    [InlineData("1-1-1", false)]
    [InlineData("99999999999-1", false)]
    public void EventId_Text_IsReadStrictly(string text, bool isValid) => Assert.Equal(isValid, SseEventId.TryParse(text, out _));

    private static void Ignore()
    {
        // No connection is to be cut.
    }

    private static List<long> Take(EventReader reader)
    {
        var taken = new List<long>();
        while (reader.TryTake() is { } item)
        {
            taken.Add(item.Sequence);
        }

        return taken;
    }

    // Whatever a test did: when all is over, no buffer is left.
    private void End(EventStreams streams, EventReader? reader = null)
    {
        streams.End();
        reader?.Detach();
        Assert.Equal(0, _pool.Outstanding);
    }

    private EventStreams Create(int replayEvents, int queueBytes = 1024 * 1024) =>
        new(new StreamLimits(queueBytes, replayEvents, 1024 * 1024), _pool, TimeProvider.System) { Dropped = count => _dropped = count };

    private async Task AppendAsync(EventStreams streams, int count)
    {
        for (var i = 0; i < count; i++)
        {
            await streams.AppendAsync(streams.Own, _pool.Parse("""{"jsonrpc":"2.0","method":"notifications/own"}"""), isLast: false);
        }
    }

    private Message Response(int padding = 0) => _pool.Parse($$"""{"jsonrpc":"2.0","id":1,"result":["{{new string('x', padding)}}"]}""");
}
