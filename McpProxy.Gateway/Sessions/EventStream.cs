using McpProxy.Relay.Messages;

namespace McpProxy.Gateway.Sessions;

/// <summary>
/// One SSE stream of a session, which outlives the HTTP responses that carry it: what is to be sent, in its order; a replay for the present
/// reader first. Guarded by <see cref="EventStreams"/>.
/// </summary>
internal sealed class EventStream(int number, long lastSequence = 0)
{
    private readonly List<StreamEvent> _events = new(1);
    private TaskCompletionSource? _room;

    /// <summary>0 for the session's own stream; one more for each request's.</summary>
    public int Number => number;

    /// <summary>The sequence number of the newest event.</summary>
    public long LastSequence { get; private set; } = lastSequence;

    /// <summary>The sequence number of the oldest event that was not sent, be it here or still to come.</summary>
    public long NextSequence => _events.Find(item => !item.IsReplay)?.Sequence ?? LastSequence + 1;

    /// <summary>The event to be sent first.</summary>
    public StreamEvent? First => _events.Count > 0 ? _events[0] : null;

    /// <summary>Whether nothing more will come.</summary>
    public bool IsCompleted { get; set; }

    /// <summary>Whether answers to requests come on it: on HTTP+SSE, the session's own stream is the only one.</summary>
    public bool CarriesAnswers { get; set; }

    /// <summary>How many bytes wait for a reader.</summary>
    public long QueuedBytes { get; private set; }

    /// <summary>The HTTP response that carries the stream now.</summary>
    public EventReader? Reader { get; private set; }

    /// <summary>Whether it is of no more use.</summary>
    public bool IsDone => IsCompleted && Reader is null && _events.Count == 0;

    /// <summary>Lets a response carry the stream.</summary>
    public void Attach(EventReader reader) => Reader = reader;

    /// <summary>The response that carries the stream does so no more. A replay was for that one only; the log still has it.</summary>
    public void Detach()
    {
        if (Reader is { } reader)
        {
            reader.IsDetached = true;
            reader.Wake();
            Reader = null;
        }

        while (First is { IsReplay: true } item)
        {
            Remove(item);
            item.Drop();
        }
    }

    /// <summary>Adds a message, which the stream disposes, at the end; the caller wakes the reader.</summary>
    public void Add(Message message, bool isLast)
    {
        _events.Add(new StreamEvent(++LastSequence, message));
        QueuedBytes += message.Length;
        IsCompleted = isLast;
    }

    /// <summary>Puts what was sent before in front, for the present reader.</summary>
    public void Replay(List<StreamEvent> events) => _events.InsertRange(0, events);

    /// <summary>The first event after a position, if it is here.</summary>
    public StreamEvent? FindAfter(long position)
    {
        foreach (var item in _events)
        {
            if (item.Sequence > position)
            {
                return item;
            }
        }

        return null;
    }

    /// <summary>Takes an event off the stream; the caller lets go of it.</summary>
    public void Remove(StreamEvent item)
    {
        _events.Remove(item);
        QueuedBytes -= item.IsReplay ? 0 : item.Message.Length;
    }

    /// <summary>Drops the oldest events that are too many while nobody reads them; no answers, somebody waits for those.</summary>
    /// <returns>How many were dropped.</returns>
    public int Trim(int maxEvents, int maxBytes)
    {
        if (_events.Count <= maxEvents && QueuedBytes <= maxBytes)
        {
            return 0; // Called for each event: it must not look at all of them.
        }

        var unread = _events.FindAll(item => item.Message.Envelope.Kind != MessageKind.Response);
        var excess = 0;
        while (excess < unread.Count && (unread.Count - excess > maxEvents || QueuedBytes > maxBytes))
        {
            var item = unread[excess++];
            Remove(item);
            item.Drop();
        }

        return excess;
    }

    /// <summary>Drops all events.</summary>
    public void Clear()
    {
        _events.ForEach(item => item.Drop());
        _events.Clear();
        QueuedBytes = 0;
    }

    /// <summary>Done when a queue that is full may have room.</summary>
    public Task WaitForRoomAsync() => (_room ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

    /// <summary>There may be room.</summary>
    public void MakeRoom()
    {
        _room?.TrySetResult();
        _room = null;
    }
}
