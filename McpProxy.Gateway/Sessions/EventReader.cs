using McpProxy.Gateway.Backends;

namespace McpProxy.Gateway.Sessions;

/// <summary>One HTTP response that carries a stream: takes its events in order, and says when they were sent.</summary>
internal sealed class EventReader(EventStreams streams, EventStream stream, long start, Action abort, long openedAt) : IWaiter
{
    private readonly AsyncSignal _signal = new();
    private int _tick;

    /// <summary>The stream.</summary>
    public EventStream Stream => stream;

    /// <summary>The sequence number of the event after which it goes on.</summary>
    public long Start => start;

    /// <summary>The events that were taken and not yet committed.</summary>
    public List<StreamEvent> Taken { get; } = new(1);

    /// <summary>Whether this response no longer carries the stream.</summary>
    public bool IsDetached { get; set; }

    /// <summary>When something was last written, in ticks of the clock.</summary>
    public long LastWrite { get; set; } = openedAt;

    /// <summary>Whether anything was written.</summary>
    public bool HasWritten { get; set; }

    /// <summary>Whether the headers may wait for the first event for as long as a stream may be silent, because it decides the status.</summary>
    public bool IsPatient { get; set; }

    /// <summary>The event to write next, if there is one.</summary>
    public StreamEvent? TryTake() => streams.TryTake(this);

    /// <summary>What was taken has been sent.</summary>
    public void Commit() => streams.Commit(this);

    /// <summary>Whether the stream has ended, and all of it was taken; or goes on elsewhere.</summary>
    public bool IsAtEnd => streams.IsAtEnd(this);

    /// <summary>Waits until there may be something to do.</summary>
    public ValueTask WaitAsync() => _signal.WaitAsync();

    /// <summary>There may be something to do, on a thread of the pool.</summary>
    public void Wake() => _signal.Set();

    /// <inheritdoc/>
    public void GoOn() => _signal.Set(isInline: true);

    /// <summary>It is time to show that the stream lives.</summary>
    public void Tick()
    {
        Volatile.Write(ref _tick, 1);
        _signal.Set();
    }

    /// <summary>Whether it was time to show that the stream lives.</summary>
    public bool TakeTick() => Interlocked.Exchange(ref _tick, 0) != 0;

    /// <summary>Cuts the connection under the response.</summary>
    public void Abort() => abort();

    /// <summary>The response is over.</summary>
    public void Detach() => streams.Detach(this);
}
