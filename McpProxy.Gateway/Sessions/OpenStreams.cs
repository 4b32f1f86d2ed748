using System.Collections.Concurrent;
using McpProxy.Gateway.Configuration;
using Microsoft.Extensions.Options;

namespace McpProxy.Gateway.Sessions;

/// <summary>
/// The streams that HTTP responses carry now. One timer for all of them shows each that is silent that it lives: at first soon, so that
/// the client gets the headers and an event id, then every <see cref="GatewayOptions.KeepAliveInterval"/>. It runs only when one is due:
/// a gateway that nobody uses sleeps.
/// </summary>
internal sealed class OpenStreams : IDisposable
{
    private static readonly TimeSpan Soon = TimeSpan.FromMilliseconds(250);

    /// <summary>Timers may be early by as much.</summary>
    private static readonly TimeSpan ShortestWait = TimeSpan.FromMilliseconds(1);

    private readonly IOptions<GatewayOptions> _options;
    private readonly TimeProvider _time;
    private readonly ConcurrentDictionary<EventReader, byte> _readers = new();
    private readonly Lock _gate = new();
    private readonly ITimer _timer;
    private long _due = long.MaxValue;

    public OpenStreams(IOptions<GatewayOptions> options, TimeProvider time)
    {
        (_options, _time) = (options, time);
        _timer = time.CreateTimer(static state => ((OpenStreams)state!).Tick(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Watches over a reader until <see cref="Remove"/>.</summary>
    public void Add(EventReader reader)
    {
        _readers[reader] = 0;
        TickBy(DueOf(reader));
    }

    /// <summary>The response is over.</summary>
    public void Remove(EventReader reader) => _readers.TryRemove(reader, out _);

    /// <inheritdoc/>
    public void Dispose() => _timer.Dispose();

    /// <summary>Looks at every stream once.</summary>
    private void Tick()
    {
        lock (_gate)
        {
            _due = long.MaxValue; // Whoever is added from now on says so itself.
        }

        var now = _time.GetTimestamp();
        var next = long.MaxValue;
        foreach (var (reader, _) in _readers)
        {
            var due = DueOf(reader);
            if (due <= now)
            {
                reader.Tick();
                due = now + TicksOf(_options.Value.KeepAliveInterval);
            }

            next = Math.Min(next, due);
        }

        TickBy(next);
    }

    private void TickBy(long due)
    {
        if (due >= Volatile.Read(ref _due))
        {
            return;
        }

        lock (_gate)
        {
            if (due < _due)
            {
                _due = due;
                var wait = _time.GetElapsedTime(_time.GetTimestamp(), due);
                _timer.Change(wait < ShortestWait ? ShortestWait : wait, Timeout.InfiniteTimeSpan);
            }
        }
    }

    private long DueOf(EventReader reader) =>
        reader.LastWrite + TicksOf(reader.HasWritten || reader.IsPatient ? _options.Value.KeepAliveInterval : Soon);

    private long TicksOf(TimeSpan duration) => (long)(duration.TotalSeconds * _time.TimestampFrequency);
}
