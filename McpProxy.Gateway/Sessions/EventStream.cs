namespace McpProxy.Gateway.Sessions;

/// <summary>One SSE stream of a session, which outlives the HTTP responses that carry it. Guarded by <see cref="EventStreams"/>.</summary>
internal sealed class EventStream(int number)
{
    /// <summary>0 for the session's own stream; one more for each request's.</summary>
    public int Number => number;

    /// <summary>What is to be sent, in its order; a replay for the present reader first.</summary>
    public List<StreamEvent> Events { get; } = new(1);

    /// <summary>The sequence number of the newest event.</summary>
    public long LastSequence { get; set; }

    /// <summary>Whether nothing more will come.</summary>
    public bool IsCompleted { get; set; }

    /// <summary>Whether answers to requests come on it: on HTTP+SSE, the session's own stream is the only one.</summary>
    public bool CarriesAnswers { get; set; }

    /// <summary>How many bytes wait for a reader.</summary>
    public long QueuedBytes { get; set; }

    /// <summary>The HTTP response that carries the stream now.</summary>
    public EventReader? Reader { get; set; }

    /// <summary>Done when a queue that was full has room, or has no reader any more.</summary>
    public TaskCompletionSource? Room { get; set; }
}
