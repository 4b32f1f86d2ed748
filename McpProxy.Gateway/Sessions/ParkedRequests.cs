using McpProxy.Relay.Messages;

namespace McpProxy.Gateway.Sessions;

/// <summary>Requests of the server that wait until some stream is open. Guarded by <see cref="EventStreams"/>.</summary>
internal sealed class ParkedRequests(int limit, TimeProvider time)
{
    private readonly Queue<(Message Request, long Since)> _queue = [];

    /// <summary>Keeps a request; false when there are too many.</summary>
    public bool TryAdd(Message request)
    {
        if (_queue.Count >= limit)
        {
            return false;
        }

        _queue.Enqueue((request, time.GetTimestamp()));
        return true;
    }

    /// <summary>The oldest one, which is the caller's.</summary>
    public Message? TryTake() => _queue.TryDequeue(out var oldest) ? oldest.Request : null;

    /// <summary>Lets go of those that have waited too long.</summary>
    /// <returns>Their ids.</returns>
    public IReadOnlyList<JsonToken> DropExpired(TimeSpan patience)
    {
        var expired = new List<JsonToken>();
        while (_queue.TryPeek(out var oldest) && time.GetElapsedTime(oldest.Since) >= patience)
        {
            using var request = _queue.Dequeue().Request;
            expired.Add(request.Id);
        }

        return expired;
    }

    /// <summary>Lets go of all.</summary>
    public void Clear()
    {
        while (TryTake() is { } request)
        {
            request.Dispose();
        }
    }
}
