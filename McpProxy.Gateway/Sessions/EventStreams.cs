using System.Numerics;
using McpProxy.Gateway.Backends;
using McpProxy.Gateway.Errors;
using McpProxy.Relay.Messages;

namespace McpProxy.Gateway.Sessions;

/// <summary>
/// The streams of one session: the session's own and one for each request. They queue what waits for a reader, keep what was sent for
/// <c>Last-Event-ID</c> (MCP 2025-11-25, transports, resumability), and hold requests of the server until some stream is open.
/// </summary>
// One file, because one lock guards all of it: a parked request moves to a queue, and an event from its queue to the log, in one step.
internal sealed class EventStreams(StreamLimits limits, MessagePool pool, TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<int, EventStream> _requests = [];
    private readonly ReplayLog _log = new(limits.ReplayEvents, limits.ReplayBytes, pool);
    private ParkedRequests? _parked;
    private int _lastNumber;
    private int _dropped;
    private bool _isEnding;
    private bool _ended;

    /// <summary>The stream for what the server sends on its own: GET, or the one stream of HTTP+SSE.</summary>
    public EventStream Own { get; } = new(0);

    /// <summary>How long a reader that reads nothing may hold up what writes to it; null for as long as it likes.</summary>
    public TimeSpan? StallTimeout { get; set; }

    /// <summary>Called when events were dropped undelivered; told how many so far.</summary>
    public Action<int>? Dropped { get; set; }

    /// <summary>Whether some HTTP response carries one of the streams.</summary>
    public bool HasReaders
    {
        get
        {
            lock (_gate)
            {
                return Own.Reader is not null || _requests.Values.Any(stream => stream.Reader is not null);
            }
        }
    }

    /// <summary>A stream for one request.</summary>
    public EventStream Open()
    {
        lock (_gate)
        {
            var stream = new EventStream(++_lastNumber);
            _requests.Add(stream.Number, stream);
            return stream;
        }
    }

    /// <summary>A request's stream that nobody will read or write.</summary>
    public void Forget(EventStream stream)
    {
        lock (_gate)
        {
            _requests.Remove(stream.Number);
        }
    }

    /// <summary>Lets an HTTP response carry a stream; one that did before is done.</summary>
    /// <param name="stream">The stream.</param>
    /// <param name="abort">Cuts the connection under the response.</param>
    public EventReader Attach(EventStream stream, Action abort)
    {
        lock (_gate)
        {
            stream.Detach();
            return Attach(stream, stream.NextSequence - 1, abort);
        }
    }

    /// <summary>Lets an HTTP response carry a stream from after the event that <c>Last-Event-ID</c> names.</summary>
    /// <returns>The reader, or null when the events after it are gone.</returns>
    public EventReader? Resume(SseEventId last, Action abort)
    {
        lock (_gate)
        {
            var kept = _log.Find(last.Stream);
            var stream = last.Stream == 0 ? Own : _requests.GetValueOrDefault(last.Stream) ?? Reopen(last.Stream, kept?.Last);
            if (stream is null)
            {
                return null;
            }

            var firstKept = kept?.First ?? stream.NextSequence;
            var isGap = firstKept > last.Sequence + 1;
            if (last.Sequence > stream.LastSequence || last.Sequence < 0 || (isGap && stream != Own))
            {
                ForgetIfDone(stream);
                return null;
            }

            if (isGap)
            {
                // The session's own stream goes on with what there is: its messages are no answers that somebody waits for.
                CountDropped((int)(firstKept - last.Sequence - 1));
            }

            stream.Detach();
            Acknowledge(stream, last.Sequence);
            stream.Replay(_log.Read(last));
            return Attach(stream, Math.Max(last.Sequence, firstKept - 1), abort);
        }
    }

    /// <summary>Puts a message on a stream. Waits while the stream's reader is too slow.</summary>
    /// <param name="stream">The stream.</param>
    /// <param name="message">The message; the stream disposes it.</param>
    /// <param name="isLast">Whether the stream ends with it.</param>
    /// <param name="wakeups">Takes the stream's reader; null when that one is to go on at once, on a thread of the pool.</param>
    public ValueTask AppendAsync(EventStream stream, Message message, bool isLast, Wakeups? wakeups = null)
    {
        lock (_gate)
        {
            if (isLast || HasRoom(stream))
            {
                Add(stream, message, isLast, wakeups); // What comes last waits for nobody: nothing piles up behind it.
                return ValueTask.CompletedTask;
            }
        }

        return AppendWhenRoomAsync(stream, message, isLast);
    }

    /// <summary>Puts a message of the server's own where it can reach the client: DESIGN, where a message from the backend goes.</summary>
    /// <returns>Why a request cannot reach the client, or null.</returns>
    public async ValueTask<ProxyFault?> DeliverAsync(Message message)
    {
        EventStream target;
        lock (_gate)
        {
            var open = Own.Reader is not null ? Own : NewestOpen();
            if (open is null && message.Envelope.Kind == MessageKind.Request)
            {
                return Park(message);
            }

            target = open ?? Own;
        }

        await AppendAsync(target, message, isLast: false);
        return null;
    }

    /// <summary>The requests of the server that have waited too long for a stream: their ids.</summary>
    public IReadOnlyList<JsonToken> TakeExpired(TimeSpan patience)
    {
        lock (_gate)
        {
            return _parked?.DropExpired(patience) ?? [];
        }
    }

    /// <summary>The session is ending: nothing waits for a slow reader any more, and of what still comes only answers are taken.</summary>
    public void StopWaiting()
    {
        lock (_gate)
        {
            _isEnding = true;
            foreach (var stream in _requests.Values.Append(Own))
            {
                stream.MakeRoom();
            }
        }
    }

    /// <summary>Ends all streams. A response that carries one still sends what is queued.</summary>
    public void End()
    {
        lock (_gate)
        {
            _ended = true;
            foreach (var stream in _requests.Values.Append(Own))
            {
                stream.IsCompleted = true;
                stream.MakeRoom();
                stream.Reader?.Wake();
                ClearIfEnded(stream);
            }

            _log.Clear();
            _parked?.Clear();
        }
    }

    /// <summary>Ends the session's own stream, unless answers come on it: nothing is waited for there.</summary>
    public void CloseOwn()
    {
        lock (_gate)
        {
            if (Own is { CarriesAnswers: false, Reader: { } reader })
            {
                reader.IsDetached = true;
                reader.Wake();
            }
        }
    }

    internal StreamEvent? TryTake(EventReader reader)
    {
        lock (_gate)
        {
            if (reader.IsDetached || reader.Stream.At(reader.Taken.Count) is not { } next)
            {
                return null;
            }

            reader.Taken.Add(next);
            next.Use();
            return next;
        }
    }

    internal bool IsAtEnd(EventReader reader)
    {
        lock (_gate)
        {
            return reader.IsDetached || (reader.Stream.IsCompleted && reader.Stream.At(reader.Taken.Count) is null);
        }
    }

    internal void Commit(EventReader reader)
    {
        lock (_gate)
        {
            Release(reader, areSent: true);
        }
    }

    internal void Detach(EventReader reader)
    {
        lock (_gate)
        {
            Release(reader, areSent: false);
            reader.IsDetached = true;
            if (reader.Stream.Reader == reader)
            {
                reader.Stream.Detach();
                reader.Stream.MakeRoom();
                TrimUnread(reader.Stream);
                ForgetIfDone(reader.Stream);
                ClearIfEnded(reader.Stream);
            }
        }
    }

    /// <summary>A request's stream that has come to its end, and of which the log still has something.</summary>
    private EventStream? Reopen(int number, long? lastSequence)
    {
        if (lastSequence is not { } last)
        {
            return null;
        }

        var stream = new EventStream(number, last) { IsCompleted = true };
        _requests.Add(number, stream);
        return stream;
    }

    private EventReader Attach(EventStream stream, long start, Action abort)
    {
        var reader = new EventReader(this, stream, start, abort, time.GetTimestamp());
        stream.Attach(reader);
        while (!stream.IsCompleted && _parked?.TryTake() is { } request)
        {
            Add(stream, request, isLast: false);
        }

        return reader;
    }

    private bool HasRoom(EventStream stream) => stream.Reader is null || stream.QueuedBytes <= limits.QueueBytes || _isEnding || _ended;

    private void Add(EventStream stream, Message message, bool isLast, Wakeups? wakeups = null)
    {
        if (_ended || stream.IsCompleted || (_isEnding && message.Envelope.Kind != MessageKind.Response))
        {
            message.Dispose();
            return;
        }

        stream.Add(message, isLast);
        if (stream.Reader is not { } reader)
        {
            TrimUnread(stream);
        }
        else if (wakeups is null)
        {
            reader.Wake();
        }
        else
        {
            wakeups.Add(reader);
        }
    }

    private async ValueTask AppendWhenRoomAsync(EventStream stream, Message message, bool isLast)
    {
        while (true)
        {
            Task room;
            lock (_gate)
            {
                if (HasRoom(stream))
                {
                    Add(stream, message, isLast);
                    return;
                }

                room = stream.WaitForRoomAsync();
            }

            try
            {
                await room.WaitAsync(StallTimeout ?? Timeout.InfiniteTimeSpan, time);
            }
            catch (TimeoutException)
            {
                Cut(stream);
            }
        }
    }

    private void Cut(EventStream stream)
    {
        EventReader? reader;
        lock (_gate)
        {
            reader = stream.Reader;
        }

        reader?.Abort();
        reader?.Detach();
    }

    private EventStream? NewestOpen() =>
        _requests.Values.Where(stream => stream is { Reader: not null, IsCompleted: false }).MaxBy(stream => stream.Number);

    private ProxyFault? Park(Message request)
    {
        if (!_ended && (_parked ??= new ParkedRequests(limits.Parked, time)).TryAdd(request))
        {
            return null;
        }

        request.Dispose();
        return ProxyFault.NoStream;
    }

    /// <summary>Takes back the events that a reader took: sent, or to be sent by the next reader.</summary>
    private void Release(EventReader reader, bool areSent)
    {
        var stream = reader.Stream;
        foreach (var item in reader.Taken)
        {
            item.Release();
            if (areSent && stream.Reader == reader)
            {
                Deliver(stream); // Not for a reader that was superseded: whoever did that came because it had not arrived.
            }
        }

        reader.Taken.Clear();
        if (stream.QueuedBytes <= limits.QueueBytes)
        {
            stream.MakeRoom();
        }
    }

    /// <summary>The client has what came up to there, though no write of ours said so.</summary>
    private void Acknowledge(EventStream stream, long sequence)
    {
        while (stream.First is { } item && item.Sequence <= sequence)
        {
            Deliver(stream);
        }
    }

    /// <summary>Lets go of the first event, which was sent, but for the log.</summary>
    private void Deliver(EventStream stream)
    {
        var item = stream.RemoveFirst();
        if (item.IsReplay || _ended)
        {
            item.Drop();
            return;
        }

        _log.Add(new SseEventId(stream.Number, item.Sequence), item.Take());
    }

    /// <summary>A stream that nobody reads keeps no more than a replay would; answers are kept in any case, somebody waits for them.</summary>
    private void TrimUnread(EventStream stream)
    {
        CountDropped(stream.Trim(limits.ReplayEvents, limits.ReplayBytes));
        if (stream is { IsCompleted: true, QueuedBytes: > 0 })
        {
            TrimUnreadAnswers();
        }
    }

    /// <summary>Answers whose clients left are kept within the same bounds, the newest in any case: its client may be on its way back.</summary>
    private void TrimUnreadAnswers()
    {
        var abandoned = _requests.Values.Where(stream => stream is { Reader: null, IsCompleted: true, QueuedBytes: > 0 }).OrderBy(stream => stream.Number).ToList();
        var bytes = abandoned.Sum(stream => stream.QueuedBytes);
        var excess = 0;
        for (; excess < abandoned.Count - 1 && (bytes > limits.ReplayBytes || abandoned.Count - excess > limits.ReplayEvents); excess++)
        {
            var stream = abandoned[excess];
            bytes -= stream.QueuedBytes;
            stream.Clear();
            _log.Clear(stream.Number); // Its end is missing.
            ForgetIfDone(stream);
        }

        CountDropped(excess);
    }

    /// <summary>Tells of the first, second, fourth, eighth… event that was dropped: a flood of them is not to flood the log.</summary>
    private void CountDropped(int count)
    {
        var before = _dropped;
        _dropped += count;
        if (count > 0 && (before == 0 || BitOperations.Log2((uint)_dropped) > BitOperations.Log2((uint)before)))
        {
            Dropped?.Invoke(_dropped);
        }
    }

    private void ForgetIfDone(EventStream stream)
    {
        if (stream.IsDone)
        {
            _requests.Remove(stream.Number);
        }
    }

    private void ClearIfEnded(EventStream stream)
    {
        if (_ended && stream.Reader is null)
        {
            stream.Clear();
        }
    }
}
