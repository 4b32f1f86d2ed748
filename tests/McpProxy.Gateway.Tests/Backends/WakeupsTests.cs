using McpProxy.Gateway.Backends;

namespace McpProxy.Gateway.Tests.Backends;

public sealed class WakeupsTests
{
    private readonly Wakeups _wakeups = new();
    private readonly List<string> _log = [];

    [Fact]
    public void Run_Several_GoOnInOrderAndOnce()
    {
        var (first, second) = (new Waiter("first", _log), new Waiter("second", _log));
        _wakeups.Add(first);
        _wakeups.Add(second);
        _wakeups.Add(second);
        Assert.Empty(_log);

        _wakeups.Run();
        _wakeups.Run();

        Assert.Equal(["first", "second"], _log);
    }

    [Fact]
    public void Run_AfterAnotherRound_GoesOnAgain()
    {
        var waiter = new Waiter("it", _log);
        _wakeups.Add(waiter);
        _wakeups.Run();
        _wakeups.Add(waiter);

        _wakeups.Run();

        Assert.Equal(["it", "it"], _log);
    }

    private sealed class Waiter(string name, List<string> log) : IWaiter
    {
        public void GoOn() => log.Add(name);
    }
}
