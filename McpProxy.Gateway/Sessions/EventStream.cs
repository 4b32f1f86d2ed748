using McpProxy.Relay.Messages;

namespace McpProxy.Gateway.Sessions;

/// <summary>
/// One SSE stream of a session, which outlives the HTTP responses that carry it: what is to be sent, in its order; a replay for the present
/// reader first. Guarded by <see cref="EventStreams"/>.
/// </summary>
internal sealed class EventStream(int number, long lastSequence = 0)
{
    private readonly List<StreamEvent?> _events = new(1);
    private int _removed; // So many at the front of the list are gone: it is moved up now and then, not each time.
    private int _answers;
    private TaskCompletionSource? _room;

    /// <summary>0 for the session's own stream; one more for each request's.</summary>
    public int Number => number;

    /// <summary>The sequence number of the newest event.</summary>
    public long LastSequence { get; private set; } = lastSequence;

    /// <summary>The sequence number of the oldest event that was not sent, be it here or still to come.</summary>
    public long NextSequence => _events.Find(item => item is { IsReplay: false })?.Sequence ?? LastSequence + 1;

    /// <summary>The event to be sent first.</summary>
    public StreamEvent? First => At(0);

    /// <summary>Whether nothing more will come.</summary>
    public bool IsCompleted { get; set; }

    /// <summary>Whether answers to requests come on it: on HTTP+SSE, the session's own stream is the only one.</summary>
    public bool CarriesAnswers { get; set; }

    /// <summary>How many bytes wait for a reader.</summary>
    public long QueuedBytes { get; private set; }

    /// <summary>The HTTP response that carries the stream now.</summary>
    public EventReader? Reader { get; private set; }

    /// <summary>Whether it is of no more use.</summary>
    public bool IsDone => IsCompleted && Reader is null && Count == 0;

    private int Count => _events.Count - _removed;

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

        while (First is { IsReplay: true })
        {
            RemoveFirst().Drop();
        }
    }

    /// <summary>Adds a message, which the stream disposes, at the end; the caller wakes the reader.</summary>
    public void Add(Message message, bool isLast)
    {
        _events.Add(new StreamEvent(++LastSequence, message));
        QueuedBytes += message.Length;
        _answers += IsAnswer(message) ? 1 : 0;
        IsCompleted = isLast;
    }

    /// <summary>Puts what was sent before in front, for the present reader.</summary>
    public void Replay(List<StreamEvent> events) => _events.InsertRange(_removed, events);

    /// <summary>The event that so many others are in front of, if it is here.</summary>
    public StreamEvent? At(int index) => index < Count ? _events[_removed + index] : null;

    /// <summary>Takes the first event off the stream; the caller lets go of it.</summary>
    public StreamEvent RemoveFirst() => RemoveAt(_removed);

    /// <summary>Drops the oldest events that are too many while nobody reads them; no answers, somebody waits for those.</summary>
    /// <returns>How many were dropped.</returns>
    public int Trim(int maxEvents, int maxBytes)
    {
        var dropped = 0;
        while (Count - _answers > maxEvents || (QueuedBytes > maxBytes && Count > _answers))
        {
            RemoveAt(_events.FindIndex(_removed, static item => !IsAnswer(item!.Message))).Drop();
            dropped++;
        }

        return dropped;
    }

    /// <summary>Drops all events.</summary>
    public void Clear()
    {
        while (Count > 0)
        {
            RemoveFirst().Drop();
        }
    }

    /// <summary>Done when a queue that is full may have room.</summary>
    public Task WaitForRoomAsync() => (_room ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

    /// <summary>There may be room.</summary>
    public void MakeRoom()
    {
        _room?.TrySetResult();
        _room = null;
    }

    private static bool IsAnswer(Message message) => message.Envelope.Kind == MessageKind.Response;

    private StreamEvent RemoveAt(int index)
    {
        var item = _events[index]!;
        if (!item.IsReplay)
        {
            QueuedBytes -= item.Message.Length;
            _answers -= IsAnswer(item.Message) ? 1 : 0;
        }

        if (index > _removed)
        {
            _events.RemoveAt(index);
            return item;
        }

        _events[_removed++] = null;
        if (_removed > _events.Count / 2)
        {
            _events.RemoveRange(0, _removed);
            _removed = 0;
        }

        return item;
    }
}
