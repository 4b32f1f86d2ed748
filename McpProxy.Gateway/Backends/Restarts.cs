namespace McpProxy.Gateway.Backends;

/// <summary>When a backend that has ended is started again.</summary>
/// <param name="limit">After so many failures in a row it is given up; 0 for never.</param>
/// <param name="time">The clock.</param>
internal sealed class Restarts(int limit, TimeProvider time)
{
    private static readonly TimeSpan FirstDelay = TimeSpan.FromSeconds(0.5);
    private static readonly TimeSpan LastDelay = TimeSpan.FromSeconds(30);

    /// <summary>After so long without a fault, the next failure counts as the first again.</summary>
    private static readonly TimeSpan Healthy = TimeSpan.FromMinutes(1);

    private volatile TaskCompletionSource _wanted = NewWish();

    /// <summary>How often in a row it has ended soon, or did not start.</summary>
    public int Failures { get; private set; }

    /// <summary>Done when an operator wants it to be started anew.</summary>
    public Task Wanted => _wanted.Task;

    /// <summary>How long to wait; null when it is given up.</summary>
    public TimeSpan? Delay => limit > 0 && Failures > limit
        ? null
        : TimeSpan.FromTicks(Math.Min(LastDelay.Ticks, FirstDelay.Ticks << Math.Min(Failures - 1, 10)));

    /// <summary>An operator wants it to be started anew, whatever it is doing.</summary>
    public void Want() => _wanted.TrySetResult();

    /// <summary>It has ended.</summary>
    public void Note(TimeSpan lasted) => Failures = lasted >= Healthy ? 1 : Failures + 1;

    /// <summary>Whether it is to be started anew at once; then its failures are forgotten.</summary>
    public bool Take()
    {
        if (!Wanted.IsCompleted)
        {
            return false;
        }

        _wanted = NewWish();
        Failures = 0;
        return true;
    }

    /// <summary>Waits until it is to be started again.</summary>
    /// <param name="delay">How long; null until an operator wants it.</param>
    /// <param name="stopping">Ends the wait.</param>
    public async Task WaitAsync(TimeSpan? delay, CancellationToken stopping)
    {
        await Task.WhenAny(Wanted, Task.Delay(delay ?? Timeout.InfiniteTimeSpan, time, stopping));
        Take();
    }

    private static TaskCompletionSource NewWish() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
