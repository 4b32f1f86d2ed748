using System.Text;
using McpProxy.Relay.Messages;
using McpProxy.Relay.Transports;

namespace McpProxy.Relay.Tests.Transports;

/// <summary>What waits for the end of a turn. Turns end on a thread of the pool here, and one ends when a test says so.</summary>
public sealed class TurnEndTests : IDisposable
{
    /// <summary>How often nothing waits once waiting was in vain.</summary>
    private const int DetoursSpared = 32;

    private readonly TurnEnd _turnEnd = new();
    private readonly ManualResetEventSlim _ends = new();
    private readonly TaskCompletionSource _isEnding = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _ends.Set();
        _turnEnd.Dispose();
    }

    [Fact(Timeout = Eventually.Deadline)]
    public async Task TryAdd_OnThePool_IsRefused() =>
        Assert.False(await Task.Run(() => _turnEnd.TryAdd(() => throw new InvalidOperationException("It was done.")), Token));

    [Fact(Timeout = Eventually.Deadline)]
    public async Task TryAdd_InOneTurn_IsDoneAtItsEndInOrder()
    {
        var done = new List<int>();
        await HoldAsync();

        var isAdded = await OwnThread.RunAsync(() => Enumerable.Range(0, 5).Select(i => _turnEnd.TryAdd(() => Do(i))).ToList());

        Assert.Equal((0, true), (done.Count, await OwnThread.RunAsync(() => _turnEnd.IsPending)));
        _ends.Set();
        await Eventually.TrueAsync(() => done.Count == 5, Token);
        Assert.All(isAdded, Assert.True);
        Assert.Equal(Enumerable.Range(0, 5), done);

        bool Do(int i)
        {
            done.Add(i);
            return true;
        }
    }

    [Fact(Timeout = Eventually.Deadline)]
    public async Task Await_SomethingWaits_GoesOnAfterIt()
    {
        var done = new List<string>();
        await HoldAsync();

        var waiting = await OwnThread.RunAsync(() =>
        {
            Assert.True(_turnEnd.TryAdd(() =>
            {
                done.Add("written");
                return true;
            }));
            return GoOnAsync();
        });
        Assert.Empty(done);
        _ends.Set();
        await waiting;

        Assert.Equal(["written", "answered"], done);

        async Task GoOnAsync()
        {
            await _turnEnd;
            done.Add("answered");
        }
    }

    [Fact(Timeout = Eventually.Deadline)]
    public async Task TryAdd_AfterItWasInVain_IsRefusedForAWhile()
    {
        await HoldAsync(isOfUse: false);
        _ends.Set();
        while (await AddUsefulAsync())
        {
            Token.ThrowIfCancellationRequested(); // The turn has not ended yet.
        }

        var refused = 1;
        while (!await AddUsefulAsync())
        {
            refused++;
        }

        Assert.Equal(DetoursSpared, refused);
    }

    [Fact(Timeout = Eventually.Deadline)]
    public async Task TryAdd_AfterItWasOfUse_IsTaken()
    {
        var done = 0;
        for (var i = 1; i <= 10; i++)
        {
            Assert.True(await OwnThread.RunAsync(() => _turnEnd.TryAdd(() => ++done > 0)));
            await Eventually.TrueAsync(() => done == i, Token);
        }
    }

    [Fact(Timeout = Eventually.Deadline)]
    public async Task SendAsync_InOneTurn_IsWrittenTogether()
    {
        var pool = new MessagePool();
        var output = new GatedOutput();
        await using var transport = new LineTransport(Stream.Null, output, pool, 1024 * 1024, turnEnd: _turnEnd);
        await HoldAsync();

        var sent = await OwnThread.RunAsync(() => Enumerable.Range(0, 5).Select(_ => SendAsync(transport, pool)).ToList());

        Assert.Empty(output.Writes);
        _ends.Set();
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
        await using var transport = new LineTransport(Stream.Null, output, pool, 1024 * 1024, turnEnd: _turnEnd);

        while (!await OwnThread.RunAsync(IsWrittenAtOnce))
        {
            await Eventually.TrueAsync(() => pool.Outstanding == 0, Token);
        }

        bool IsWrittenAtOnce()
        {
            _ = SendAsync(transport, pool);
            return output.Writer == Thread.CurrentThread;
        }
    }

    private static Task<bool> SendAsync(LineTransport transport, MessagePool pool) =>
        transport.SendAsync(MessageReader.Read(pool, Encoding.UTF8.GetBytes(Wire.Json(50))).Single!, Token).AsTask();

    private Task<bool> AddUsefulAsync() => OwnThread.RunAsync(() => _turnEnd.TryAdd(() => true));

    /// <summary>Has a turn end, which takes until the test says so: what is added meanwhile is one turn.</summary>
    private async Task HoldAsync(bool isOfUse = true)
    {
        Assert.True(await OwnThread.RunAsync(() => _turnEnd.TryAdd(() =>
        {
            _isEnding.SetResult();
            _ends.Wait(Token);
            return isOfUse;
        })));
        await _isEnding.Task;
    }
}
