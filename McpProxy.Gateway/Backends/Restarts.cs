using McpProxy.Gateway.Configuration;
using McpProxy.Gateway.Errors;

namespace McpProxy.Gateway.Backends;

/// <summary>When a backend that has ended is started again, and what an operator hears of it.</summary>
internal sealed class Restarts(string name, BackendOptions backend, BackendContext context)
{
    private static readonly TimeSpan FirstDelay = TimeSpan.FromSeconds(0.5);
    private static readonly TimeSpan LastDelay = TimeSpan.FromSeconds(30);

    /// <summary>After so long without a fault, the next failure counts as the first again.</summary>
    private static readonly TimeSpan Healthy = TimeSpan.FromMinutes(1);

    private volatile TaskCompletionSource _wanted = NewWish();
    private int _failures;

    /// <summary>Done when it is wanted at once, whatever it is doing.</summary>
    public Task Wanted => _wanted.Task;

    /// <summary>How long to wait after the last failure; null when it is given up.</summary>
    public TimeSpan? Delay => context.Options.MaxRestarts > 0 && _failures > context.Options.MaxRestarts
        ? null
        : TimeSpan.FromTicks(Math.Min(LastDelay.Ticks, FirstDelay.Ticks << Math.Min(_failures - 1, 10)));

    /// <summary>It is wanted at once, whatever it is doing.</summary>
    public void Want() => _wanted.TrySetResult();

    /// <summary>Whether it is wanted at once; then its failures are forgotten.</summary>
    public bool Take()
    {
        if (!Wanted.IsCompleted)
        {
            return false;
        }

        _wanted = NewWish();
        _failures = 0;
        return true;
    }

    /// <summary>It has ended: counts that, and tells an operator until when it waits.</summary>
    /// <param name="lasted">How long it ran.</param>
    /// <param name="before">How it was doing.</param>
    /// <param name="fault">Why it could not be used, or null.</param>
    /// <param name="detail">What happened.</param>
    /// <returns>How it is doing now.</returns>
    public LinkStatus Note(TimeSpan lasted, LinkStatus before, ProxyFault? fault, string detail)
    {
        _failures = lasted >= Healthy ? 1 : _failures + 1;
        if (Delay is not { } delay)
        {
            context.Logger.GivenUp(name, _failures, detail);
            return new LinkStatus(LinkState.Failed, before.Restarts, $"{detail}; given up after {_failures} times (--max-restarts)");
        }

        context.Logger.RestartingIn(name, delay.TotalSeconds, detail, _failures, backend.IsRemote ? "connecting" : "starting it");
        return new LinkStatus(fault is null ? LinkState.Waiting : LinkState.Failed, before.Restarts, detail) { NextStart = context.Time.GetUtcNow() + delay, Failures = _failures };
    }

    /// <summary>Waits until it is to be started again: for <see cref="Delay"/>, or until it is wanted.</summary>
    /// <param name="stopping">Ends the wait.</param>
    public async Task WaitAsync(CancellationToken stopping)
    {
        await Task.WhenAny(Wanted, Task.Delay(Delay ?? Timeout.InfiniteTimeSpan, context.Time, stopping));
        Take();
    }

    private static TaskCompletionSource NewWish() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
