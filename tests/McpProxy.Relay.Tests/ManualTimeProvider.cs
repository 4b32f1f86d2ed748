namespace McpProxy.Relay.Tests;

/// <summary>A clock that stands still until it is told to go on.</summary>
internal sealed class ManualTimeProvider : TimeProvider
{
    private readonly Lock _lock = new();
    private readonly List<ManualTimer> _timers = [];
    private DateTimeOffset _now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    public override DateTimeOffset GetUtcNow()
    {
        lock (_lock)
        {
            return _now;
        }
    }

    public override long GetTimestamp() => GetUtcNow().Ticks;

    /// <summary>Lets as much time pass as something waits for, once it does.</summary>
    /// <returns>How long that was.</returns>
    public async Task<TimeSpan> AdvanceAsync(TimeSpan from, TimeSpan to, CancellationToken cancellationToken)
    {
        TimeSpan? found = null;
        await Eventually.TrueAsync(() => (found = Waiting(from, to)) is not null, cancellationToken);
        Advance(found!.Value);
        return found.Value;
    }

    /// <summary>Lets exactly this much time pass, once something waits for it.</summary>
    public Task AdvanceAsync(TimeSpan duration, CancellationToken cancellationToken) => AdvanceAsync(duration, duration, cancellationToken);

    /// <summary>Lets time pass, and runs what falls due.</summary>
    public void Advance(TimeSpan duration)
    {
        List<ManualTimer> due;
        lock (_lock)
        {
            _now += duration;
            due = _timers.FindAll(timer => timer.DueAt <= _now);
            foreach (var timer in due)
            {
                Schedule(timer, timer.Period, timer.Period);
            }
        }

        foreach (var timer in due)
        {
            timer.Callback(timer.State);
        }
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new ManualTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    private TimeSpan? Waiting(TimeSpan from, TimeSpan to)
    {
        lock (_lock)
        {
            return _timers.Find(timer => timer.DueTime >= from && timer.DueTime <= to)?.DueTime;
        }
    }

    private void Schedule(ManualTimer timer, TimeSpan dueTime, TimeSpan period)
    {
        lock (_lock)
        {
            _timers.Remove(timer);
            timer.DueTime = dueTime;
            timer.Period = period;
            if (dueTime >= TimeSpan.Zero)
            {
                timer.DueAt = _now + dueTime;
                _timers.Add(timer);
            }
        }

        if (dueTime == TimeSpan.Zero)
        {
            Advance(TimeSpan.Zero);
        }
    }

    private sealed class ManualTimer(ManualTimeProvider owner, TimerCallback callback, object? state) : ITimer
    {
        public TimerCallback Callback => callback;

        public object? State => state;

        public DateTimeOffset DueAt { get; set; }

        public TimeSpan DueTime { get; set; }

        public TimeSpan Period { get; set; }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            owner.Schedule(this, dueTime, period);
            return true;
        }

        public void Dispose() => owner.Schedule(this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
