using System.Diagnostics;
using System.Text;
using McpProxy.Gateway.Configuration;
using McpProxy.Gateway.Errors;
using McpProxy.Gateway.Telemetry;
using McpProxy.Relay.Messages;
using McpProxy.Relay.Remote;
using McpProxy.Relay.Telemetry;

namespace McpProxy.Gateway.Backends;

/// <summary>
/// What clients hold instead of a connection: it keeps one connection to a backend alive, starting the backend again when it ends, and
/// says what is to happen with each message.
/// </summary>
internal abstract class Link(string name, BackendOptions backend, BackendContext context, bool isShared) : IConnectionOwner, IAsyncDisposable
{
    /// <summary>A request waits for a restart that is at most so far away; else it is answered at once.</summary>
    private static readonly TimeSpan WorthWaiting = TimeSpan.FromSeconds(1);

    private const int MaxLogged = 500;

    private readonly Availability _availability = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly Restarts _restarts = new(name, backend, context);
    private Task _run = Task.CompletedTask;
    private int _disposed;

    /// <summary>How the link is doing.</summary>
    public LinkStatus Status => _availability.Status;

    /// <summary>How many requests wait for an answer.</summary>
    public int InFlight => Current?.InFlight ?? 0;

    /// <summary>How many bytes wait to be sent.</summary>
    public long QueuedBytes => Current?.QueuedBytes ?? 0;

    /// <summary>The revision that the backend speaks, where that is the link's business.</summary>
    public virtual string? ProtocolVersion => null;

    /// <summary>The backend, as telemetry names it.</summary>
    private Party Server { get; } = backend.IsRemote ? Party.Remote(backend.GetEndpoint(), name) : new Party(Attributes.Pipe, name);

    /// <summary>The backend's name.</summary>
    protected string Name => name;

    /// <summary>What every backend works with.</summary>
    protected BackendContext Context => context;

    /// <summary>Cancelled when the link is being disposed.</summary>
    protected CancellationToken Stopping => _stopping.Token;

    /// <summary>The live connection, if there is one.</summary>
    protected Connection? Current => _availability.Current;

    /// <summary>How long the backend may take from its start to the end of the handshake.</summary>
    protected virtual TimeSpan HandshakeTimeout => backend.Timeout ?? context.Options.InitializeTimeout;

    /// <summary>Starts the backend, and keeps it started.</summary>
    public void Start() => _run = Detached.Start(KeepRunningAsync);

    /// <summary>Starts the backend anew, at once, whatever it is doing.</summary>
    public void Restart() => _restarts.Want();

    /// <summary>Sends a client's request up; its exchange is completed whatever happens.</summary>
    public abstract ValueTask SendRequestAsync(BackendClient client, Message request, Exchange exchange, CancellationToken cancellationToken);

    /// <summary>Sends a client's notification or response up.</summary>
    public abstract ValueTask SendAsync(BackendClient client, Message message, CancellationToken cancellationToken);

    /// <summary>A client leaves.</summary>
    public abstract ValueTask DetachAsync(BackendClient client);

    /// <inheritdoc/>
    public abstract ValueTask OnMessageAsync(Connection connection, Message message);

    /// <inheritdoc/>
    public virtual ValueTask<Message> OnTasksAsync(Exchange exchange, Message response) => ValueTask.FromResult(response);

    /// <inheritdoc/>
    public void OnUnanswered(Exchange exchange, ProxyFault fault)
    {
        if (exchange.Client is not null)
        {
            Activity.Current = exchange.Operation?.Client; // The record is a part of that request's trace.
            context.Logger.Unanswered(name, exchange.Method.ToName() is { Length: > 0 } method ? method : "an unknown method", fault.Text);
            Activity.Current = null;
        }
    }

    /// <inheritdoc/>
    public void OnFault(ScanFault fault) => context.Logger.NotAMessage(name, fault);

    /// <summary>Ends a request that is cancelled, and tells the backend of it: a server that obeys sends no answer.</summary>
    public async ValueTask CancelAsync(Message notification, Exchange exchange, CancellationToken cancellationToken)
    {
        // Ends it before it looks where it was sent: a connection that ends may be giving it back now, and the next one takes none that has ended.
        exchange.Connection?.Remove(exchange);
        await exchange.FailAsync(ProxyFault.Cancelled, context.Pool);
        if (exchange.Connection is { } connection)
        {
            await connection.CancelAsync(notification, exchange, cancellationToken);
            return;
        }

        notification.Dispose();
    }

    /// <summary>Ends the connection, its process, and every request in flight.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            await _stopping.CancelAsync();
        }

        await _run;
    }

    /// <summary>What the connection is to lead to.</summary>
    protected virtual (IPeer? Peer, ProxyFault? Fault) StartPeer() => IPeer.Start(name, backend, context);

    /// <summary>Makes a new connection usable.</summary>
    /// <returns>Why it is not, or null.</returns>
    protected abstract ValueTask<ProxyFault?> HandshakeAsync(Connection connection, CancellationToken cancellationToken);

    /// <summary>What follows when the backend has ended, and every request in flight was answered or taken back.</summary>
    /// <param name="fault">Why it could not be used, or null.</param>
    protected virtual AfterEnd Follow(ProxyFault? fault) => AfterEnd.Restart;

    /// <summary>Takes the requests out of flight that the next connection may have, because nothing of them was done on this one.</summary>
    /// <param name="connection">The connection, which has ended.</param>
    /// <param name="peer">What it led to.</param>
    /// <returns>Each as it was, and its exchange unless that has ended.</returns>
    protected virtual IReadOnlyList<(Message Request, Exchange? Exchange)> TakeUnsent(Connection connection, IPeer peer) =>
        [.. peer.TakeUnsent().Select(request => (request, connection.Take(request.Outgoing(request.Envelope.Id))))];

    /// <summary>Waits for a connection that is up or soon will be.</summary>
    protected ValueTask<Attempt> ConnectAsync(CancellationToken cancellationToken) => _availability.ConnectAsync(cancellationToken);

    /// <summary>Sends a request of the gateway's own and waits for its answer, which is the caller's to dispose.</summary>
    protected static async ValueTask<Message?> AskAsync(Connection connection, Message request, CancellationToken cancellationToken)
    {
        var exchange = new BufferedExchange(null, request);
        await connection.SendRequestAsync(request, exchange, cancellationToken);
        return await exchange.WaitAsync(cancellationToken);
    }

    /// <summary>Why the handshake failed: a remote server's error says it, be it the server's own or that of the way to it.</summary>
    protected ProxyFault Refusal(Message answer)
    {
        if (backend.IsRemote)
        {
            return ProxyFault.Of(answer);
        }

        context.Logger.InitializeRefused(name, Encoding.UTF8.GetString(answer.Body[..Math.Min(answer.Body.Length, MaxLogged)]));
        return ProxyFault.InitializeRefused;
    }

    /// <summary>Sends a client's request, once there is a connection.</summary>
    protected async ValueTask ForwardAsync(Message request, Exchange exchange, CancellationToken cancellationToken)
    {
        while (true)
        {
            var attempt = Current is { } current ? new Attempt(current, null) : await ConnectAsync(cancellationToken);
            if (attempt.Connection is not { } connection)
            {
                request.Dispose();
                await exchange.FailAsync(attempt.Fault!, context.Pool);
                return;
            }

            if (await connection.TrySendRequestAsync(request, exchange, cancellationToken))
            {
                return;
            }

            await connection.Ended; // Nothing of it was sent, so the next connection may have it.
        }
    }

    /// <summary>Sends a client's answer to the connection that asked, and to no other: the next one may have asked something else under the same id.</summary>
    protected async ValueTask AnswerAsync(Connection? asker, Message response, CancellationToken cancellationToken)
    {
        if (asker is not null && await asker.SendAsync(response, cancellationToken))
        {
            return;
        }

        context.Logger.AnswerTooLate(name);
        response.Dispose();
    }

    /// <summary>Sends a client's notification, once there is a connection.</summary>
    protected async ValueTask ForwardAsync(Message message, CancellationToken cancellationToken)
    {
        while ((await ConnectAsync(cancellationToken)).Connection is { } connection)
        {
            if (await connection.SendAsync(message, cancellationToken))
            {
                return;
            }

            if (message.Envelope.Method == McpMethod.Initialized)
            {
                break; // It belongs to the connection that has ended; the next one is told of it when it is set up.
            }

            await connection.Ended; // As above.
        }

        message.Dispose();
        if (cancellationToken.IsCancellationRequested)
        {
            context.Logger.Abandoned(name);
            return;
        }

        context.Logger.NotDelivered(name, "up", "the backend is not running");
    }

    private async Task KeepRunningAsync()
    {
        while (true)
        {
            await Task.Yield(); // Starting a process takes its time.
            var started = context.Time.GetTimestamp();
            var (fault, detail) = await TryRunOnceAsync();
            var lasted = context.Time.GetElapsedTime(started);
            var next = Stopping.IsCancellationRequested ? AfterEnd.Stop : Follow(fault);
            if (next == AfterEnd.Stop)
            {
                _availability.Stop(fault ?? (Stopping.IsCancellationRequested ? ProxyFault.Removed : EndFault()), detail);
                return;
            }

            GatewayMetrics.Restarted(Server);
            if (_restarts.Take())
            {
                context.Logger.Restarted(name);
            }
            else if (next == AfterEnd.Replace)
            {
                context.Logger.Replaced(name, detail.TrimEnd('.'));
            }
            else
            {
                var status = _restarts.Note(lasted, Status, fault, detail.TrimEnd('.'));
                _availability.Pause(
                    _restarts.Delay is not { } wait ? ProxyFault.GivenUp : wait > WorthWaiting ? fault ?? ProxyFault.Restarting : null, status);
                await _restarts.WaitAsync(Stopping);
            }

            _availability.Restart();
        }
    }

    private async Task<(ProxyFault? Fault, string Detail)> TryRunOnceAsync()
    {
        try
        {
            return await RunOnceAsync();
        }
        catch (Exception e)
        {
            // A defect of ours: this backend is started anew, and the others do not notice.
            context.Logger.LinkFailed(e, name);
            _availability.Fail(ProxyFault.Internal);
            return (ProxyFault.Internal, "failed");
        }
    }

    private async Task<(ProxyFault? Fault, string Detail)> RunOnceAsync()
    {
        var (peer, startFault) = Stopping.IsCancellationRequested ? (null, ProxyFault.Removed) : StartPeer();
        if (peer is null)
        {
            _availability.Fail(startFault!);
            return (startFault, startFault!.Text);
        }

        await using var owned = peer;
        var since = context.Time.GetTimestamp();
        var connection = new Connection(peer.Transport, this, isShared, Server, context.Pool, context.Time);
        var pump = connection.RunAsync();
        var restart = _restarts.Wanted;
        Task ended = Task.WhenAny(peer.EndAsync(pump), restart);
        ProxyFault? fault = ProxyFault.Internal;
        try
        {
            fault = await ShakeHandsAsync(connection, ended, peer);
            if (fault is null)
            {
                _availability.Open(connection);
                await ended.WaitAsync(Stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
        finally
        {
            _availability.Close();
            connection.End();
            SendAgain(TakeUnsent(connection, peer));
            await connection.FailAllAsync(Stopping.IsCancellationRequested ? ProxyFault.Removed : restart.IsCompleted ? ProxyFault.Restarting : fault ?? peer.EndFault ?? EndFault());
        }

        await peer.DisposeAsync();
        await pump; // Its transport is disposed now.
        McpTelemetry.ClientSessionEnded(context.Time.GetElapsedTime(since), Server, ProtocolVersion);
        var detail = peer.DescribeEnd() ?? fault?.Text ?? "closed its stdout";
        if (fault is not null)
        {
            _availability.Fail(fault);
        }

        return (fault, detail);
    }

    /// <summary>What requests are told when the connection ends while they are in flight.</summary>
    protected virtual ProxyFault EndFault() => ProxyFault.Exited;

    /// <summary>Sends what the server has not looked at on the next connection; once, so that it ends.</summary>
    private void SendAgain(IReadOnlyList<(Message Request, Exchange? Exchange)> unsent)
    {
        foreach (var (message, exchange) in unsent)
        {
            if (exchange is { IsSentAgain: false } && !Stopping.IsCancellationRequested)
            {
                exchange.IsSentAgain = true;
                exchange.Connection = null; // From now on it can be cancelled here.
                message.Replace(message.Envelope.Id, exchange.Id);
                message.Replace(message.Envelope.ProgressToken, exchange.ProgressToken);
                // Discarded: it completes the exchange whatever happens.
                _ = ForwardAsync(message, exchange, Stopping).AsTask();
                continue;
            }

            message.Dispose();
            if (exchange is not null)
            {
                // Discarded: a client that reads nothing holds up its own answer and no other.
                _ = exchange.FailAsync(ProxyFault.Of(RemoteFault.SessionRefused), context.Pool).AsTask();
            }
        }
    }

    private async Task<ProxyFault?> ShakeHandsAsync(Connection connection, Task ended, IPeer peer)
    {
        using var timeout = new CancellationTokenSource(HandshakeTimeout, context.Time);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Stopping, timeout.Token);
        var handshake = HandshakeAsync(connection, patience.Token).AsTask();
        if (await Task.WhenAny(handshake, ended) != handshake)
        {
            await patience.CancelAsync();
            await handshake;
            return peer.EndFault ?? ProxyFault.ExitedAtStart;
        }

        var fault = await handshake;
        if (fault == ProxyFault.InitializeTimeout && timeout.IsCancellationRequested)
        {
            context.Logger.InitializeTimeout(name, HandshakeTimeout.TotalSeconds);
        }

        return fault;
    }
}
