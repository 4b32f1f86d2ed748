using McpProxy.Gateway.Backends;
using McpProxy.Gateway.Errors;
using McpProxy.Relay.Messages;
using McpProxy.Relay.Telemetry;

namespace McpProxy.Gateway.Sessions;

/// <summary>One MCP client's session at the gateway, on either transport.</summary>
#pragma warning disable CA1001 // A token source without timer or link has nothing to dispose, and its token outlives the session's end.
internal sealed class Session(string id, Backend backend, EventStreams streams, MessagePool pool, TimeProvider time, ILogger logger) : BackendClient
#pragma warning restore CA1001
{
    /// <summary>How many requests a client may have in flight, and how much else may wait for the backend; as many answers and cancellations again.</summary>
    private const int MaxInFlight = 1024;

    private readonly Lock _gate = new();
    private readonly Dictionary<JsonToken, Exchange> _inFlight = [];
    private readonly CancellationTokenSource _ending = new();
    private Link? _link;
    private readonly long _opened = time.GetTimestamp();
    private long _lastActive = time.GetTimestamp();
    private int _waiting;
    private int _sending;
    private bool _ended;

    /// <summary>The id that the client names it by.</summary>
    public string Id => id;

    /// <summary>The backend that it is a session with.</summary>
    public Backend Backend => backend;

    /// <summary>Its streams.</summary>
    public EventStreams Streams => streams;

    /// <summary>Whose turn it is, where its client may say the next thing before the last one is on its way; else null.</summary>
    public Turns? Turns { get; set; }

    /// <summary>The transport that its client speaks: <c>streamable-http</c> or <c>sse</c>.</summary>
    public string Transport => streams.Own.CarriesAnswers ? "sse" : "streamable-http";

    /// <summary>For how long nothing has happened.</summary>
    public TimeSpan IdleTime => time.GetElapsedTime(Volatile.Read(ref _lastActive));

    /// <summary>Whether nobody would miss it now: no stream is open, no request under way.</summary>
    public bool IsUnused => !streams.HasReaders && Volatile.Read(ref _waiting) == 0 && InFlight == 0;

    /// <summary>How many of its requests wait for an answer.</summary>
    public int InFlight
    {
        get
        {
            lock (_gate)
            {
                return _inFlight.Count;
            }
        }
    }

    /// <summary>How long it has been open.</summary>
    public TimeSpan Age => time.GetElapsedTime(_opened);

    /// <summary>The revision that the client and the backend agreed on.</summary>
    public string ProtocolVersion { get; set; } = Revisions.Assumed;

    /// <summary>
    /// Whether nobody was there for so long: no message came, no stream is open, no POST waits. A call that is under way does not count,
    /// when its client is gone: a tool that never answers would keep the session for ever.
    /// </summary>
    public bool IsIdle(TimeSpan limit)
    {
        if (streams.HasReaders || Volatile.Read(ref _waiting) > 0)
        {
            Touch();
        }

        return time.GetElapsedTime(Volatile.Read(ref _lastActive)) >= limit;
    }

    /// <summary>Waits for an answer as a whole; a client that does so is there.</summary>
    /// <returns>The answer, which is the caller's to dispose; or null when the client left.</returns>
    public async ValueTask<Message?> WaitAsync(BufferedExchange exchange, CancellationToken clientLeft)
    {
        Interlocked.Increment(ref _waiting);
        try
        {
            return await exchange.WaitAsync(clientLeft);
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }
    }

    /// <summary>Something happened.</summary>
    public void Touch() => Volatile.Write(ref _lastActive, time.GetTimestamp());

    /// <summary>Notes a request as being in flight.</summary>
    /// <returns>Why it must not be sent, or null.</returns>
    public ProxyFault? TryBegin(Exchange exchange)
    {
        Touch();
        lock (_gate)
        {
            return _ended ? ProxyFault.SessionNotFound
                : _inFlight.Count >= MaxInFlight ? ProxyFault.TooManyRequests
                : _inFlight.TryAdd(exchange.Id, exchange) ? null
                : ProxyFault.DuplicateId;
        }
    }

    /// <summary>Sends a request that <see cref="TryBegin"/> let in. Its exchange is completed whatever happens.</summary>
    /// <returns>Done when the request is on its way, or will never be: that may be later than its exchange ends.</returns>
    public async Task SendRequestAsync(Message request, Exchange exchange)
    {
        using var turn = Turns is null ? default : await Turns.EnterAsync();
        try
        {
            await SendRequestCoreAsync(request, exchange);
        }
        catch (Exception e)
        {
            // A defect of ours ends this request and nothing else.
            logger.RequestFailed(e, backend.Name);
            request.Dispose();
            await exchange.FailAsync(ProxyFault.Internal, pool);
        }
    }

    private async Task SendRequestCoreAsync(Message request, Exchange exchange)
    {
        if (exchange.IsCompleted)
        {
            request.Dispose(); // It was cancelled before its turn came.
            return;
        }

        if (_link is null && request.Envelope.Method == McpMethod.Initialize)
        {
            Connect(InitializeRequest.Read(request));
        }

        if (_link is not { } link)
        {
            request.Dispose();
            await exchange.FailAsync(ProxyFault.NotInitialized, pool);
            return;
        }

        await link.SendRequestAsync(this, request, exchange, _ending.Token);
    }

    /// <summary>Sends a notification or a response up, unless the session ends before.</summary>
    /// <param name="message">The message, which is disposed in any case.</param>
    /// <param name="clientLeft">Whoever sent it does not wait for it any more, and was not told that it was taken.</param>
    /// <returns>Why it was refused, or null.</returns>
    public async ValueTask<ProxyFault?> SendAsync(Message message, CancellationToken clientLeft)
    {
        Touch();
        using var givenUp = CancellationTokenSource.CreateLinkedTokenSource(_ending.Token, clientLeft);
        var isInTurn = message.Envelope.Kind != MessageKind.Response && message.Envelope.Method != McpMethod.Cancelled;
        try
        {
            if (Interlocked.Increment(ref _sending) > (isInTurn ? MaxInFlight : 2 * MaxInFlight))
            {
                logger.NotSent(SessionRegistry.Short(id), backend.Name, "too many wait already");
                message.Dispose();
                return ProxyFault.TooManyRequests;
            }

            // What was said later stays behind what still waits for the backend. Not so an answer or a cancellation: what waits may wait for that.
            using var turn = Turns is not null && isInTurn ? await Turns.EnterAsync() : default;
            await SendCoreAsync(message, givenUp.Token);
        }
        catch (OperationCanceledException) when (givenUp.IsCancellationRequested)
        {
            logger.NotSent(SessionRegistry.Short(id), backend.Name, _ending.IsCancellationRequested ? "the session ended" : "the client left");
        }
        finally
        {
            Interlocked.Decrement(ref _sending);
        }

        return null;
    }

    private async ValueTask SendCoreAsync(Message message, CancellationToken givenUp)
    {
        if (_link is not { } link || givenUp.IsCancellationRequested)
        {
            message.Dispose();
            return;
        }

        if (!message.Envelope.Is(MessageKind.Notification, McpMethod.Cancelled))
        {
            await link.SendAsync(this, message, givenUp);
            return;
        }

        Exchange? exchange;
        lock (_gate)
        {
            _inFlight.TryGetValue(JsonToken.Read(message[message.Envelope.Subject]), out exchange);
        }

        if (exchange is null || exchange.Method == McpMethod.Initialize)
        {
            message.Dispose(); // Answered already (MCP 2025-11-25, cancellation, timing), or not to be cancelled.
            return;
        }

        await link.CancelAsync(message, exchange, givenUp);
    }

    /// <inheritdoc/>
    public override ValueTask<ProxyFault?> DeliverAsync(Message message) => streams.DeliverAsync(message);

    /// <inheritdoc/>
    public override McpOperation? Begin(Message request) =>
        McpOperation.Begin(request, backend.Callers, id, request.Envelope.Method == McpMethod.Initialize ? null : ProtocolVersion);

    /// <inheritdoc/>
    public override void OnCompleted(Exchange exchange)
    {
        lock (_gate)
        {
            if (_inFlight.TryGetValue(exchange.Id, out var found) && found == exchange)
            {
                _inFlight.Remove(exchange.Id);
            }
        }

        Touch();
    }

    /// <summary>Refuses the server's requests that found no stream in time.</summary>
    public void RefuseExpired(TimeSpan patience)
    {
        foreach (var request in streams.TakeExpired(patience))
        {
            // Discarded: a backend that reads nothing must not hold up the caller. It ends with the session at the latest.
            _ = RefuseAsync(request);
        }
    }

    private async Task RefuseAsync(JsonToken request)
    {
        try
        {
            await (_link?.SendAsync(this, ProxyFault.NoStream.ToMessage(pool, request), _ending.Token) ?? ValueTask.CompletedTask);
        }
        catch (OperationCanceledException)
        {
            // The session ended.
        }
    }

    /// <summary>Ends the session: its streams, its requests, and a connection that is its own.</summary>
    public async ValueTask EndAsync()
    {
        Exchange[] unanswered;
        lock (_gate)
        {
            if (_ended)
            {
                return;
            }

            _ended = true;
            unanswered = [.. _inFlight.Values];
        }

        streams.StopWaiting();
        foreach (var exchange in unanswered)
        {
            await exchange.FailAsync(ProxyFault.SessionEnded, pool);
            if (_link is SharedLink && exchange.Connection is { } connection)
            {
                // The backend lives on, and need not go on with what nobody waits for.
                await connection.TryCancelAsync(exchange, "The session ended.");
            }
        }

        await _ending.CancelAsync();
        Turns?.End();
        if (_link is { } link)
        {
            await backend.DisconnectAsync(this, link);
        }

        streams.End();
    }

    private void Connect(InitializeRequest initialize)
    {
        lock (_gate)
        {
            _link ??= _ended ? null : backend.Connect(this, initialize);
        }

        streams.StallTimeout = _link is DedicatedLink ? null : streams.StallTimeout;
    }
}
