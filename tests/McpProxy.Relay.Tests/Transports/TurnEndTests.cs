using System.Text;
using McpProxy.Relay.Messages;
using McpProxy.Relay.Transports;

namespace McpProxy.Relay.Tests.Transports;

/// <summary>What waits for the end of a turn, which ends when a test says so.</summary>
public sealed class TurnEndTests
{
    /// <summary>How often nothing waits once waiting was in vain.</summary>
    private const int DetoursSpared = 32;

    private readonly TurnEnd _turnEnd;
    private readonly List<string> _done = [];
    private int _announced;

    public TurnEndTests() => _turnEnd = new TurnEnd(() => _announced++);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact(Timeout = Eventually.Deadline)]
    public async Task Current_OnAThreadThatIsNoneOfTheSockets_IsNull()
    {
        Assert.Null(await Task.Run(static () => TurnEnd.Current, Token));
        Assert.Null(await OwnThread.RunAsync(static () => TurnEnd.Current));
    }

    [Fact(Timeout = Eventually.Deadline)]
    public async Task Watch_ThePoolDoesTheWork_GivesItNone()
    {
        TurnEnd.Watch(threads: 4);

        var seen = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => Task.Run(static () => TurnEnd.Current, Token)));

        Assert.All(seen, Assert.Null);
        Assert.Null(TurnEnd.Current);
    }

    [Fact]
    public void TryAdd_InOneTurn_IsAnnouncedOnceAndDoneAtItsEndInOrder()
    {
        Assert.All(["a", "b", "c"], one => Assert.True(TryAdd(one)));

        Assert.Equal((1, true), (_announced, _turnEnd.IsPending));
        Assert.Empty(_done);
        _turnEnd.Run();
        Assert.Equal(["a", "b", "c"], _done);
        Assert.False(_turnEnd.IsPending);
        _turnEnd.Run();
        Assert.Equal(3, _done.Count);
    }

    [Fact]
    public void TryAdd_AtTheEndOfATurn_IsDoneAtTheEndOfTheNext()
    {
        Assert.True(_turnEnd.TryAdd(() => TryAdd("later")));

        _turnEnd.Run();
        Assert.Equal((2, true), (_announced, _turnEnd.IsPending));
        Assert.Empty(_done);
        _turnEnd.Run();

        Assert.Equal(["later"], _done);
    }

    [Fact(Timeout = Eventually.Deadline)]
    public async Task Await_SomethingWaits_GoesOnAfterIt()
    {
        Assert.True(TryAdd("written"));

        var waiting = GoOnAsync();
        Assert.Empty(_done);
        _turnEnd.Run();
        await waiting;

        Assert.Equal(["written", "answered"], _done);

        async Task GoOnAsync()
        {
            await _turnEnd;
            _done.Add("answered");
        }
    }

    [Fact]
    public void TryAdd_AfterItWasInVain_IsRefusedForAWhile()
    {
        Assert.True(_turnEnd.TryAdd(static () => false));
        _turnEnd.Run();

        for (var i = 0; i < DetoursSpared; i++)
        {
            Assert.False(TryAdd("refused"));
        }

        Assert.True(TryAdd("taken"));
        Assert.Equal(2, _announced);
    }

    [Fact]
    public void TryAdd_AfterItWasOfUse_IsTaken()
    {
        for (var i = 0; i < 10; i++)
        {
            Assert.True(TryAdd("useful"));
            Assert.True(_turnEnd.TryAdd(static () => false)); // One that was is enough.
            _turnEnd.Run();
        }
    }

    [Fact(Timeout = Eventually.Deadline)]
    public async Task SendAsync_InOneTurn_IsWrittenTogether()
    {
        var pool = new MessagePool();
        var output = new GatedOutput();
        await using var transport = new LineTransport(Stream.Null, output, pool, 1024 * 1024);

        var sent = await OwnThread.RunAsync(() =>
        {
            TurnEnd.Current = _turnEnd;
            var sent = Enumerable.Range(0, 5).Select(_ => SendAsync(transport, pool)).ToList();
            Assert.Empty(output.Writes);
            _turnEnd.Run();
            return sent;
        });

        Assert.All(await Task.WhenAll(sent), Assert.True);
        await transport.CompleteAsync();
        Assert.Equal([5 * 51], output.Writes);
        Assert.Equal(0, pool.Outstanding);
    }

    [Fact(Timeout = Eventually.Deadline)]
    public async Task SendAsync_AloneTooOften_IsWrittenAtOnce()
    {
        var pool = new MessagePool();
        var output = new GatedOutput();
        await using var transport = new LineTransport(Stream.Null, output, pool, 1024 * 1024);

        await OwnThread.RunAsync(() =>
        {
            TurnEnd.Current = _turnEnd;
            var first = SendAsync(transport, pool);
            _turnEnd.Run();
            var second = SendAsync(transport, pool);
            Assert.Equal([51, 51], output.Writes);
            return Task.WhenAll(first, second);
        }).Unwrap();

        Assert.Equal(1, _announced);
    }

    [Fact(Timeout = Eventually.Deadline)]
    public async Task DisposeAsync_BeforeTheTurnEnds_ClosesTheStreamThenAndLeaksNothing()
    {
        var pool = new MessagePool();
        var output = new GatedOutput();
        var transport = new LineTransport(Stream.Null, output, pool, 1024 * 1024);

        await OwnThread.RunAsync(() =>
        {
            TurnEnd.Current = _turnEnd;
            return SendAsync(transport, pool);
        }).Unwrap();
        await transport.DisposeAsync();
        Assert.False(output.IsClosed); // Whoever is to write closes it: a pipe must not be closed while its first write starts.
        _turnEnd.Run();

        await Eventually.TrueAsync(() => output.IsClosed, Token);
        Assert.Empty(output.Writes);
        Assert.Equal(0, pool.Outstanding);
    }

    private static Task<bool> SendAsync(LineTransport transport, MessagePool pool) =>
        transport.SendAsync(MessageReader.Read(pool, Encoding.UTF8.GetBytes(Wire.Json(50))).Single!, Token).AsTask();

    private bool TryAdd(string name) => _turnEnd.TryAdd(() =>
    {
        _done.Add(name);
        return true;
    });
}
