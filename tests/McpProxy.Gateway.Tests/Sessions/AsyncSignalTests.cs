using McpProxy.Gateway.Sessions;
using McpProxy.Gateway.Tests.Harness;
using McpProxy.Relay.Tests;

namespace McpProxy.Gateway.Tests.Sessions;

public sealed class AsyncSignalTests
{
    private readonly AsyncSignal _signal = new();

    [Fact]
    public async Task Set_Inline_WaiterGoesOnWithinIt()
    {
        var (own, isLate, waiting) = await OwnThread.RunAsync(() =>
        {
            var waiting = WaitAsync(1);
            _signal.Set(isInline: true);
            return (Thread.CurrentThread, !waiting.IsCompleted, waiting);
        });

        Assert.False(isLate);
        Assert.Equal([own], await waiting);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Set_NotInline_WaiterGoesOnOnAnotherThread(bool isOnPool)
    {
        var (own, waiting) = await (isOnPool ? Task.Run(SetAndWait, TestContext.Current.CancellationToken) : OwnThread.RunAsync(SetAndWait));

        Assert.NotSame(own, Assert.Single(await waiting));

        (Thread Own, Task<List<Thread>> Waiting) SetAndWait()
        {
            var wait = WaitAsync(1);
            _signal.Set();
            wait.Wait(TestContext.Current.CancellationToken); // As long as this thread is busy, nobody else can go on on it.
            return (Thread.CurrentThread, wait);
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Set_TwiceWhileNobodyWaits_IsOneSignal(bool isInline)
    {
        _signal.Set(isInline);
        _signal.Set(isInline);

        Assert.True(_signal.WaitAsync().AsTask().IsCompleted);
        Assert.False(_signal.WaitAsync().AsTask().IsCompleted);
    }

    /// <summary>The waiter waits again within the first signal, and so sees the second.</summary>
    [Fact]
    public async Task Set_TwiceInline_WaiterGoesOnTwice()
    {
        var (own, isLate, waiting) = await OwnThread.RunAsync(() =>
        {
            var waiting = WaitAsync(2);
            _signal.Set(isInline: true);
            _signal.Set(isInline: true);
            return (Thread.CurrentThread, !waiting.IsCompleted, waiting);
        });

        Assert.False(isLate);
        Assert.Equal([own, own], await waiting);
    }

    /// <summary>Whether the waiter waits again before the second signal or after it, it sees that one.</summary>
    [Fact]
    public async Task Set_InlineAndNot_NoneIsLost()
    {
        for (var i = 0; i < 1000; i++)
        {
            var waiting = await OwnThreadOrPool(i, () =>
            {
                var waiting = WaitAsync(2);
                _signal.Set();
                _signal.Set(isInline: true);
                return waiting;
            });

            await Wait.ForAsync(waiting, "the waiter has gone on twice");
        }

        Task<T> OwnThreadOrPool<T>(int turn, Func<T> work) => turn % 2 == 0 ? Task.Run(work, TestContext.Current.CancellationToken) : OwnThread.RunAsync(work);
    }

    /// <summary>Waits so many times.</summary>
    /// <returns>The thread that each wait ended on.</returns>
    private async Task<List<Thread>> WaitAsync(int times)
    {
        var threads = new List<Thread>();
        while (threads.Count < times)
        {
            await _signal.WaitAsync();
            threads.Add(Thread.CurrentThread);
        }

        return threads;
    }
}
