using McpProxy.Relay.Messages;

namespace McpProxy.Relay.Remote;

/// <summary>A request on its way: from sending it until it is answered, once, by the server or by us.</summary>
internal sealed class RemoteCall : IDisposable
{
    private readonly Deadline _stop;
    private readonly TaskCompletionSource _sent = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Takes a request over.</summary>
    /// <param name="request">The request.</param>
    /// <param name="number">Stands in for an id or token that the server could spell differently in its answer.</param>
    /// <param name="isRetry">Whether it was sent before, in a session that the server had forgotten.</param>
    /// <param name="time">The clock.</param>
    /// <param name="stopping">Cancels it with all others.</param>
    public RemoteCall(Message request, long number, bool isRetry, TimeProvider time, CancellationToken stopping)
    {
        Request = request;
        Id = request.Outgoing(request.Envelope.Id);
        ProgressToken = request.Outgoing(request.Envelope.ProgressToken);
        (WireId, WireToken) = (OnWire(Id, number), OnWire(ProgressToken, number));
        if (WireId != Id)
        {
            request.Replace(request.Envelope.Id, WireId);
        }

        if (WireToken != ProgressToken)
        {
            request.Replace(request.Envelope.ProgressToken, WireToken);
        }

        Method = request.Envelope.Method;
        IsModern = !request.Envelope.ProtocolVersion.IsEmpty && Method != McpMethod.Initialize;
        IsHandshake = Method == McpMethod.Initialize || Names(request, "\"server/discover\""u8);
        ListsTools = IsModern && Names(request, "\"tools/list\""u8);
        IsRetry = isRetry;
        _stop = new Deadline(Timeout.InfiniteTimeSpan, time, stopping);
    }

    /// <summary>The request.</summary>
    public Message Request { get; }

    /// <summary>Its method.</summary>
    public McpMethod Method { get; }

    /// <summary>Its method's name as it was spelled, for the log.</summary>
    public string MethodName => System.Text.Encoding.UTF8.GetString(Request[Request.Envelope.MethodName]);

    /// <summary>The id that the sender chose.</summary>
    public JsonToken Id { get; }

    /// <summary>The id that the server sees.</summary>
    public JsonToken WireId { get; }

    /// <summary>The progress token that the sender chose, or none.</summary>
    public JsonToken ProgressToken { get; }

    /// <summary>The progress token that the server sees, or none.</summary>
    public JsonToken WireToken { get; }

    /// <summary>Whether it is of revision 2026-07-28 or later: it stands alone, without a session.</summary>
    public bool IsModern { get; }

    /// <summary>Whether it begins a conversation: the server is to answer it soon.</summary>
    public bool IsHandshake { get; }

    /// <summary>Whether its answer says which parameters travel in headers.</summary>
    public bool ListsTools { get; }

    /// <summary>Whether it was sent before.</summary>
    public bool IsRetry { get; }

    /// <summary>Cancelled when nobody waits for the answer any more.</summary>
    public CancellationToken Token => _stop.Token;

    /// <summary>Done when it was written to the network, or never will be: what is about it must not overtake it.</summary>
    public Task Sent => Task.WhenAny(_sent.Task, _done.Task);

    /// <summary>Done when it was answered.</summary>
    public Task Done => _done.Task;

    /// <summary>Whether it was answered.</summary>
    public bool IsAnswered => _done.Task.IsCompleted;

    /// <summary>Whether its sender has cancelled it: an error of ours would answer nobody.</summary>
    public bool IsCancelled { get; set; }

    /// <summary>Whether its message was kept to be sent again: then it is not this call's to dispose.</summary>
    public bool IsKept { get; private set; }

    /// <summary>Called with the answer before it is passed on.</summary>
    public Action<Message>? Answering { get; set; }

    /// <summary>Gives the request back as its sender wrote it, for whoever sends it again.</summary>
    public Message Keep()
    {
        Request.Replace(Request.Envelope.Id, Id);
        Request.Replace(Request.Envelope.ProgressToken, ProgressToken);
        IsKept = true;
        return Request;
    }

    /// <summary>How long what follows the answer is still read.</summary>
    public TimeSpan? AfterAnswer { get; set; }

    /// <summary>It was written to the network.</summary>
    public void NoteSent() => _sent.TrySetResult();

    /// <summary>It was answered.</summary>
    public void Complete()
    {
        _done.TrySetResult();
        if (AfterAnswer is { } time)
        {
            StopAfter(time);
        }
    }

    /// <summary>Stops waiting for the answer after a while, or at once.</summary>
    public void StopAfter(TimeSpan time) => _stop.Set(time);

    /// <summary>Gives the beginning of a conversation more time, from now on; nothing else is limited.</summary>
    public void AllowHandshake(TimeSpan time)
    {
        if (IsHandshake)
        {
            StopAfter(time);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _stop.Dispose();

    private static bool Names(Message request, ReadOnlySpan<byte> method) => request[request.Envelope.MethodName].SequenceEqual(method);

    private static JsonToken OnWire(JsonToken token, long number) =>
        token.IsNone || token.IsStable ? token : JsonToken.From($"mcp-proxy-{number}");
}
