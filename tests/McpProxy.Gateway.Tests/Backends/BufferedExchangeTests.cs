using McpProxy.Gateway.Backends;
using McpProxy.Gateway.Tests.Harness;
using McpProxy.Relay.Messages;
using McpProxy.Relay.Tests;

namespace McpProxy.Gateway.Tests.Backends;

public sealed class BufferedExchangeTests : IDisposable
{
    private readonly MessagePool _pool = new();
    private readonly Wakeups _wakeups = new();
    private readonly BufferedExchange _exchange;

    public BufferedExchangeTests()
    {
        using var request = _pool.Parse(Rpc.Call("t"));
        _exchange = new BufferedExchange(null, request);
    }

    public void Dispose() => Assert.Equal(0, _pool.Outstanding);

    [Fact]
    public async Task CompleteAsync_WithWakeups_WaiterGoesOnWithThem()
    {
        var (own, isTooEarly, isTooLate, thread) = await OwnThread.RunAsync(() =>
        {
            var waiting = WaitAsync(CancellationToken.None);
            var completing = _exchange.CompleteAsync(Answer(), _wakeups).AsTask();
            var isTooEarly = waiting.IsCompleted || !completing.IsCompletedSuccessfully;
            _wakeups.Run();
            return (Thread.CurrentThread, isTooEarly, !waiting.IsCompleted, waiting);
        });

        Assert.Equal((false, false), (isTooEarly, isTooLate));
        Assert.Equal((true, own, false), await thread);
    }

    [Fact]
    public async Task CompleteAsync_WithoutWakeups_WaiterGoesOnOnThePool()
    {
        var waiting = await OwnThread.RunAsync(() =>
        {
            var waiting = WaitAsync(CancellationToken.None);
            Assert.True(_exchange.CompleteAsync(Answer()).AsTask().IsCompletedSuccessfully);
            return waiting;
        });

        var (isAnswered, _, isOnPool) = await Wait.ForAsync(waiting, "the waiter goes on");
        Assert.Equal((true, true), (isAnswered, isOnPool));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task WaitAsync_AnswerIsThere_HasIt(bool isInline)
    {
        await _exchange.CompleteAsync(Answer(), isInline ? _wakeups : null);
        _wakeups.Run();

        Assert.True((await WaitAsync(CancellationToken.None)).IsAnswered);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task CompleteAsync_ClientHasLeft_AnswerIsLetGo(bool isInline)
    {
        using var left = new CancellationTokenSource();
        var waiting = WaitAsync(left.Token);
        await left.CancelAsync();
        Assert.False((await Wait.ForAsync(waiting, "the waiter goes on")).IsAnswered);

        await _exchange.CompleteAsync(Answer(), isInline ? _wakeups : null);
        _wakeups.Run();

        Assert.True(_exchange.IsCompleted);
    }

    [Fact]
    public async Task Cancel_AnswerIsAboutToBeHandedOver_WaiterHasIt()
    {
        using var left = new CancellationTokenSource();
        var waiting = WaitAsync(left.Token);

        await _exchange.CompleteAsync(Answer(), _wakeups);
        await left.CancelAsync();
        Assert.False(waiting.IsCompleted);
        _wakeups.Run();

        Assert.True((await Wait.ForAsync(waiting, "the waiter goes on")).IsAnswered);
    }

    [Fact]
    public async Task CompleteAsync_Twice_SecondAnswerIsLetGo()
    {
        var waiting = WaitAsync(CancellationToken.None);

        await _exchange.CompleteAsync(Answer(), _wakeups);
        await _exchange.CompleteAsync(Answer(), _wakeups);
        _wakeups.Run();
        _wakeups.Run();

        Assert.True((await Wait.ForAsync(waiting, "the waiter goes on")).IsAnswered);
    }

    private async Task<(bool IsAnswered, Thread Thread, bool IsOnPool)> WaitAsync(CancellationToken left)
    {
        using var answer = await _exchange.WaitAsync(left);
        return (answer is not null, Thread.CurrentThread, Thread.CurrentThread.IsThreadPoolThread);
    }

    private Message Answer() => _pool.Parse(Rpc.Result("1"));
}
