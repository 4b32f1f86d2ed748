namespace McpProxy.Gateway.Tests.Harness;

/// <summary>A clock that stands still until a test lets time pass.</summary>
internal sealed class ManualClock : TimeProvider
{
    /// <summary>What it shows at first.</summary>
    public static readonly DateTimeOffset Start = new(2026, 11, 1, 0, 0, 0, TimeSpan.Zero);

    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(100);

    private readonly Lock _gate = new();
    private readonly List<Timer> _timers = [];
    private DateTimeOffset _now = Start;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow()
    {
        lock (_gate)
        {
            return _now;
        }
    }

    public override long GetTimestamp() => GetUtcNow().Ticks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new Timer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>How long each of those waits that wait now.</summary>
    public IReadOnlyList<TimeSpan> Waits
    {
        get
        {
            lock (_gate)
            {
                return [.. _timers.Select(timer => timer.DueTime)];
            }
        }
    }

    /// <summary>Waits until something waits for exactly this long, or so many do.</summary>
    public Task UntilTimerAsync(TimeSpan dueTime, int count = 1) => Wait.UntilAsync(() => CountTimers(dueTime) >= count, $"{count} wait for {dueTime}");

    /// <summary>Lets time pass, and runs what falls due, in order.</summary>
    public void Advance(TimeSpan duration)
    {
        var end = GetUtcNow() + duration;
        while (TakeNext(end) is { } due)
        {
            due.Run();
        }
    }

    /// <summary>Lets time pass, much faster than it does, until a task is done. The task itself must not depend on how fast.</summary>
    public async Task PassUntilAsync(Task task, string what) => await PassUntilAsync(() => task.IsCompleted, what);

    /// <summary>Lets time pass, much faster than it does, until a condition holds.</summary>
    public Task PassUntilAsync(Func<bool> condition, string what) => Wait.UntilAsync(
        () =>
        {
            Advance(Step);
            return condition();
        },
        what);

    private int CountTimers(TimeSpan dueTime)
    {
        lock (_gate)
        {
            return _timers.Count(timer => timer.DueTime == dueTime);
        }
    }

    private Timer? TakeNext(DateTimeOffset end)
    {
        lock (_gate)
        {
            var next = _timers.Where(timer => timer.DueAt <= end).MinBy(timer => timer.DueAt);
            _now = next is null ? end : next.DueAt > _now ? next.DueAt : _now;
            next?.Reschedule();
            return next;
        }
    }

    private sealed class Timer(ManualClock clock, TimerCallback callback, object? state) : ITimer
    {
        private TimeSpan _period;

        public DateTimeOffset DueAt { get; private set; }

        public TimeSpan DueTime { get; private set; }

        public void Run() => callback(state);

        public void Reschedule() => Change(_period > TimeSpan.Zero ? _period : Timeout.InfiniteTimeSpan, _period);

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (clock._gate)
            {
                clock._timers.Remove(this);
                (DueTime, _period) = (dueTime, period);
                if (dueTime >= TimeSpan.Zero)
                {
                    DueAt = clock._now + dueTime;
                    clock._timers.Add(this);
                }

                return true;
            }
        }

        public void Dispose() => Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
