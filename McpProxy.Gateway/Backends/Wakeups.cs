namespace McpProxy.Gateway.Backends;

/// <summary>Waits for what a backend brings.</summary>
internal interface IWaiter
{
    /// <summary>Goes on, on the caller's thread.</summary>
    void GoOn();
}

/// <summary>
/// Who goes on once all that a backend has said at once is delivered: then what belongs together is sent together. Used by one thread at a time,
/// which holds no lock when it calls <see cref="Run"/>.
/// </summary>
internal sealed class Wakeups
{
    private readonly List<IWaiter> _waiters = [];

    /// <summary>Notes one; twice is as good as once.</summary>
    public void Add(IWaiter waiter)
    {
        if (_waiters is not [.., var last] || last != waiter)
        {
            _waiters.Add(waiter);
        }
    }

    /// <summary>Lets all of them go on.</summary>
    public void Run()
    {
        foreach (var waiter in _waiters)
        {
            waiter.GoOn();
        }

        _waiters.Clear();
    }
}
