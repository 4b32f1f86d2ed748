using McpProxy.Relay.Messages;

namespace McpProxy.Gateway.Sessions;

/// <summary>
/// The newest events that a session's clients were sent, for <c>Last-Event-ID</c>: small ones as bytes in one ring, because most sessions
/// never ask for any. Not safe for several threads.
/// </summary>
/// <param name="maxEvents">How many events are kept.</param>
/// <param name="maxBytes">How many bytes of them.</param>
/// <param name="pool">Where message buffers come from.</param>
internal sealed class ReplayLog(int maxEvents, int maxBytes, MessagePool pool)
{
    private const int MaxSmallBytes = 1024;

    private Queue<Entry>? _entries;
    private ByteRing? _ring;
    private long _bytes;

    /// <summary>Adds an event and lets go of the oldest ones that are too many.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="message">The message, which the log disposes.</param>
    public void Add(SseEventId id, Message message)
    {
        if (maxEvents == 0 || message.Length > maxBytes)
        {
            message.Dispose();
            Clear(id.Stream); // What is kept of a stream has no gaps.
            return;
        }

        _entries ??= new Queue<Entry>();
        var isSmall = message.Length <= MaxSmallBytes;
        _entries.Enqueue(new Entry(id, message.Length, isSmall ? null : message));
        _bytes += message.Length;
        if (isSmall)
        {
            (_ring ??= new ByteRing()).Add(message);
            message.Dispose();
        }

        while (_entries.Count > maxEvents || _bytes > maxBytes)
        {
            DropOldest(_entries);
        }
    }

    /// <summary>The first and the last of a stream's events that are here; null when there is none.</summary>
    public (long First, long Last)? Find(int stream)
    {
        (long First, long Last)? found = null;
        foreach (var entry in _entries ?? [])
        {
            if (entry.Id.Stream == stream)
            {
                found = (found?.First ?? entry.Id.Sequence, entry.Id.Sequence);
            }
        }

        return found;
    }

    /// <summary>A stream's events after one of them, in their order, to be sent again.</summary>
    public List<StreamEvent> Read(SseEventId after)
    {
        var events = new List<StreamEvent>();
        var offset = 0;
        foreach (var entry in _entries ?? [])
        {
            if (entry.Id.Stream == after.Stream && entry.Id.Sequence > after.Sequence)
            {
                events.Add(new StreamEvent(entry.Id.Sequence, entry.Large?.Clone() ?? Read(offset, entry.Length)) { IsReplay = true });
            }

            offset += entry.Large is null ? entry.Length : 0;
        }

        return events;
    }

    /// <summary>Lets go of a stream's events: it cannot be gone on with any more.</summary>
    public void Clear(int stream)
    {
        if (Find(stream) is not null)
        {
            _entries = new Queue<Entry>(_entries!.Select(entry => entry.Id.Stream == stream ? entry with { Id = new SseEventId(-1, 0) } : entry));
        }
    }

    /// <summary>Lets go of all events.</summary>
    public void Clear()
    {
        while (_entries is { Count: > 0 } entries)
        {
            DropOldest(entries);
        }

        _ring = null;
    }

    private void DropOldest(Queue<Entry> entries)
    {
        var oldest = entries.Dequeue();
        _bytes -= oldest.Length;
        if (oldest.Large is { } message)
        {
            message.Dispose();
            return;
        }

        _ring!.Drop(oldest.Length);
    }

    private Message Read(int offset, int length)
    {
        Span<byte> bytes = stackalloc byte[length];
        _ring!.CopyTo(bytes, offset);
        return MessageReader.Read(pool, bytes).Single!; // A message went out like this.
    }

    private readonly record struct Entry(SseEventId Id, int Length, Message? Large);
}
