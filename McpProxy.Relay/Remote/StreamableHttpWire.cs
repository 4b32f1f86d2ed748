using System.Net;
using McpProxy.Relay.Messages;

namespace McpProxy.Relay.Remote;

/// <summary>
/// Streamable HTTP as a client: of revisions 2025-03-26 to 2025-11-25 with sessions, a stream of the server's own and resumption, and of
/// 2026-07-28 without (basic/transports, Streamable HTTP).
/// </summary>
internal sealed class StreamableHttpWire : RemoteWire
{
    /// <summary>How long what follows an answer on its stream is still read; a server should end the stream there.</summary>
    private static readonly TimeSpan AfterAnswer = TimeSpan.FromSeconds(2);

    private readonly OwnStream _own;
    private readonly AnswerStream _answers;
    private readonly MirroredHeaders _mirrored;
    private volatile RemoteSession? _session;

    public StreamableHttpWire(RemoteContext context)
        : base(context)
    {
        _own = new OwnStream(context, GetAsync, (response, events, cancellationToken) => ReadEventsAsync(response, events, mayBeIdle: true, cancellationToken));
        _answers = new AnswerStream(context, GetAsync, (response, events, cancellationToken) => ReadEventsAsync(response, events, mayBeIdle: false, cancellationToken));
        _mirrored = new MirroredHeaders(context.Logger);
    }

    /// <summary>The id that the server gave the session, if it has.</summary>
    public string? SessionId => _session?.Id;

    /// <summary>Called when the server's answer shows that it speaks this transport; null once that is known.</summary>
    public Action? Found { get; set; }

    /// <inheritdoc/>
    public override async Task CallAsync(RemoteCall call)
    {
        call.AfterAnswer = AfterAnswer;
        using var request = Post(Context.Options.Endpoint, call.Request, call.NoteSent);
        if (call.IsHandshake)
        {
            request.Options.Set(RemoteHttp.MoreTime, call.AllowHandshake);
        }

        var session = Prepare(request, call.Request, call.IsModern, call.Method);
        using var response = await Context.Http.SendAsync(request, call.Token);
        if (!response.IsSuccessStatusCode)
        {
            await RefusedAsync(request, response, call, session);
            return;
        }

        if (!IsJson(response) && !IsEventStream(response))
        {
            throw Refusal(response.StatusCode, response.StatusCode == HttpStatusCode.Accepted ? RemoteFault.NoAnswer : RemoteFault.NotMcp);
        }

        Found?.Invoke();
        call.Answering = answer => OnAnswer(call, response, answer);
        if (IsJson(response))
        {
            await ReadJsonAsync(response, call);
        }
        else
        {
            await _answers.ReadAsync(response, call);
        }
    }

    /// <inheritdoc/>
    public override async Task SendAsync(Message message, bool isRetry)
    {
        if (message.Envelope.Is(MessageKind.Notification, McpMethod.Cancelled) && !await TryPassCancelAsync(message))
        {
            message.Dispose();
            return;
        }

        var isKept = false;
        try
        {
            isKept = await PostAsync(message, isRetry);
        }
        finally
        {
            if (!isKept)
            {
                message.Dispose();
            }
        }
    }

    /// <inheritdoc/>
    public override async Task CloseAsync()
    {
        if (_session is not { Id: not null } session || Context.Ended is not null)
        {
            return;
        }

        using var timeout = new CancellationTokenSource(Context.Options.CloseTimeout, Context.Time);
        using var request = Create(HttpMethod.Delete, Context.Options.Endpoint);
        session.Apply(request);
        try
        {
            // Any answer will do: a server need not support it (2025-11-25, transports, session management).
            using var response = await Context.Http.SendAsync(request, timeout.Token);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException or RemoteException)
        {
            Context.Logger.CloseFailed(RemoteFault.Of(e).Text);
        }
    }

    /// <summary>Adds the headers of the session, or those that repeat what the message says.</summary>
    private RemoteSession? Prepare(HttpRequestMessage request, Message message, bool isModern, McpMethod method)
    {
        if (isModern)
        {
            _mirrored.Apply(request, message);
            return null;
        }

        var session = method == McpMethod.Initialize ? null : _session;
        session?.Apply(request);
        return session;
    }

    /// <summary>Lets the request that a notification cancels end.</summary>
    /// <returns>Whether the server is to be told: since 2026-07-28 closing the response says it all (basic/patterns, cancellation).</returns>
    private async Task<bool> TryPassCancelAsync(Message message)
    {
        if (Context.Calls.Find(message.Outgoing(message.Envelope.Subject)) is not { } call)
        {
            return _session is not null;
        }

        call.IsCancelled = true;
        call.StopAfter(call.IsModern ? TimeSpan.Zero : AfterCancel);
        message.Replace(message.Envelope.Subject, call.WireId);
        await call.Sent; // On another connection it could overtake the request, and cancel nothing.
        return !call.IsModern;
    }

    /// <returns>Whether it was kept to be sent again.</returns>
    private async Task<bool> PostAsync(Message message, bool isRetry)
    {
        using var patience = Patience();
        using var request = Post(Context.Options.Endpoint, message);
        var session = Prepare(request, message, isModern: !message.Envelope.ProtocolVersion.IsEmpty, message.Envelope.Method);
        using var response = await Context.Http.SendAsync(request, patience.Token);
        if (response.IsSuccessStatusCode)
        {
            if (message.Envelope.Method == McpMethod.Initialized)
            {
                _own.Start(); // From now on the server may have something to say on its own.
            }

            return false;
        }

        if (await SessionLoss.IsMeantAsync(response, session, patience.Token))
        {
            request.Dispose(); // It may still be on its way, and the message is about to be another's.
            return LoseSession(message, isRetry);
        }

        Context.Logger.NotDelivered(message.Envelope.Kind.ToString(), RemoteFault.OfStatus(response.StatusCode).Text);
        return false;
    }

    private async Task RefusedAsync(HttpRequestMessage request, HttpResponseMessage response, RemoteCall call, RemoteSession? session)
    {
        if (await SessionLoss.IsMeantAsync(response, session, call.Token))
        {
            request.Dispose(); // It may still be on its way, and the message is about to be another's.
            LoseSession(call);
        }
        else if (await ReadErrorAsync(response, call) is { } error)
        {
            Found?.Invoke();
            await Context.DeliverAsync(error);
        }
        else
        {
            throw Refusal(response.StatusCode, RemoteFault.OfStatus(response.StatusCode));
        }
    }

    /// <summary>A refusal of the first request may mean that the server speaks the other transport (2025-11-25, transports, backwards compatibility).</summary>
    private RemoteException Refusal(HttpStatusCode status, RemoteFault fault) => new(fault)
    {
        MayBeOtherTransport = Found is not null && status is HttpStatusCode.OK or HttpStatusCode.BadRequest or HttpStatusCode.NotFound
            or HttpStatusCode.MethodNotAllowed or HttpStatusCode.NotAcceptable or HttpStatusCode.UnsupportedMediaType,
    };

    /// <summary>The server did not look at the request, so it can be sent again in a new session; once.</summary>
    private void LoseSession(RemoteCall call)
    {
        if (call.IsRetry || call.IsCancelled || !Context.TryKeepUnsent(call))
        {
            throw new RemoteException(RemoteFault.SessionRefused);
        }

        Context.End(RemoteFault.SessionLost);
    }

    /// <returns>Whether the message was kept: a response belongs to a request of the session that is gone.</returns>
    private bool LoseSession(Message message, bool isRetry)
    {
        var (kind, method) = (message.Envelope.Kind, message.Envelope.Method);
        var isKept = !isRetry && kind == MessageKind.Notification && method != McpMethod.Initialized && Context.TryKeepUnsent(message);
        if (!isKept)
        {
            Context.Logger.NotDelivered(kind.ToString(), (isRetry ? RemoteFault.SessionRefused : RemoteFault.SessionLost).Text);
        }

        if (!isRetry)
        {
            Context.End(RemoteFault.SessionLost);
        }

        return isKept;
    }

    private void OnAnswer(RemoteCall call, HttpResponseMessage response, Message answer)
    {
        if (answer.Envelope.IsError)
        {
            return;
        }

        if (call.Method == McpMethod.Initialize)
        {
            _session = RemoteSession.Read(response, answer);
            Context.Logger.SessionOpened(_session.Revision ?? "an unknown revision");
        }
        else if (call.ListsTools)
        {
            _mirrored.Learn(answer);
        }
    }

    private async Task ReadEventsAsync(HttpResponseMessage response, RemoteEvents events, bool mayBeIdle, CancellationToken cancellationToken)
    {
        await using var stream = await OpenAsync(response, () => mayBeIdle, cancellationToken);
        await foreach (var item in events.ReadAsync(stream, cancellationToken))
        {
            await DeliverAsync(item.Parsed);
        }
    }

    private async Task<HttpResponseMessage> GetAsync(string? lastEventId, CancellationToken cancellationToken)
    {
        using var request = Get(Context.Options.Endpoint);
        _session?.Apply(request);
        if (lastEventId is not null)
        {
            request.Headers.TryAddWithoutValidation("Last-Event-ID", lastEventId);
        }

        return await Context.Http.SendAsync(request, cancellationToken);
    }
}
