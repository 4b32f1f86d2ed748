using McpProxy.Relay.Transports;

namespace McpProxy.Relay.Tests.Transports;

public sealed class PoolThreadTests
{
    [Fact(Timeout = Eventually.Deadline)]
    public async Task SwitchAsync_OnAThreadOfItsOwn_GoesOnOnThePool()
    {
        var (isCompleted, goesOn) = await OwnThread.RunAsync(() => (PoolThread.SwitchAsync().GetAwaiter().IsCompleted, SwitchAsync()));

        Assert.False(isCompleted);
        Assert.True(await goesOn);
    }

    [Fact(Timeout = Eventually.Deadline)]
    public async Task SwitchAsync_OnThePool_GoesOnAtOnce() =>
        Assert.True(await Task.Run(() => PoolThread.SwitchAsync().GetAwaiter().IsCompleted, TestContext.Current.CancellationToken));

    /// <summary>Switches.</summary>
    /// <returns>Whether that led to the pool.</returns>
    private static async Task<bool> SwitchAsync()
    {
        await PoolThread.SwitchAsync();
        return Thread.CurrentThread.IsThreadPoolThread;
    }
}
