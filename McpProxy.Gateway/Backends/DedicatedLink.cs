using McpProxy.Gateway.Configuration;
using McpProxy.Gateway.Errors;
using McpProxy.Relay.Messages;
using McpProxy.Relay.Sessions;

namespace McpProxy.Gateway.Backends;

/// <summary>
/// One connection for one client. The handshake is the client's own; when the backend has to be started again, what the client said to
/// set it up is said again, and its session goes on.
/// </summary>
internal sealed class DedicatedLink(
    string name, BackendOptions backend, BackendContext context, BackendClient client, Spare? spare)
    : Link(name, backend, context, isShared: false)
{
    private readonly SessionSetup _setup = new(context.Pool);
    private volatile Handshake? _handshake;
    private volatile Connection? _asker;
    private bool _replaced;

    /// <inheritdoc/>
    public override ValueTask SendRequestAsync(BackendClient sender, Message request, Exchange exchange, CancellationToken cancellationToken)
    {
        exchange.Answered = _setup.Remember(request);
        if (request.Envelope.Method == McpMethod.Initialize)
        {
            _handshake = new Handshake(request.ToArray(), exchange);
            // Discarded: it ends with the exchange or the timeout, and throws nothing.
            _ = LimitInitializeAsync(exchange);
        }

        return ForwardAsync(request, exchange, cancellationToken);
    }

    /// <inheritdoc/>
    public override ValueTask SendAsync(BackendClient sender, Message message, CancellationToken cancellationToken)
    {
        _setup.Remember(message);
        return message.Envelope.Kind == MessageKind.Response
            ? AnswerAsync(_asker ?? Current, message, cancellationToken)
            : ForwardAsync(message, cancellationToken);
    }

    /// <inheritdoc/>
    public override ValueTask DetachAsync(BackendClient sender) => DisposeAsync();

    /// <inheritdoc/>
    public override async ValueTask OnMessageAsync(Connection connection, Message message)
    {
        if (message.Envelope.Kind == MessageKind.Response)
        {
            Context.Logger.AboutNothingKnown(Name, "a response");
            message.Dispose();
            return;
        }

        var (kind, id) = (message.Envelope.Kind, message.Id);
        if (kind == MessageKind.Request)
        {
            _asker = connection;
        }

        var fault = await client.DeliverAsync(message);
        if (fault is not null && kind == MessageKind.Request)
        {
            await connection.TrySendAsync(fault.ToMessage(Context.Pool, id)); // Never waits: it would hold up the reader.
        }
    }

    /// <inheritdoc/>
    protected override (IPeer? Peer, ProxyFault? Fault) StartPeer() => _setup.IsInitialized || spare is null ? base.StartPeer() : spare.Take();

    /// <inheritdoc/>
    protected override AfterEnd Follow(ProxyFault? fault)
    {
        if (_setup.IsInitialized)
        {
            return AfterEnd.Restart;
        }

        if (fault is not null || _replaced || _handshake?.Exchange.IsCompleted == true)
        {
            return AfterEnd.Stop;
        }

        _replaced = true;
        return AfterEnd.Replace;
    }

    /// <summary>
    /// Also the client's <c>initialize</c>, once: a process that was started in advance may have died before it was needed, and that may be
    /// noticed only when something is written to it. What is said to a process that has ended without an answer had no effect.
    /// </summary>
    protected override IReadOnlyList<(Message Request, Exchange? Exchange)> TakeUnsent(Connection connection, IPeer peer)
    {
        var unsent = base.TakeUnsent(connection, peer);
        var mayReplace = !_setup.IsInitialized && !_replaced && peer.EndFault is null && !Stopping.IsCancellationRequested;
        return mayReplace && _handshake is { } handshake && connection.Remove(handshake.Exchange)
            ? [.. unsent, (MessageReader.Read(Context.Pool, handshake.Request).Single!, handshake.Exchange)]
            : unsent;
    }

    /// <inheritdoc/>
    protected override ProxyFault EndFault() => _setup.IsInitialized ? ProxyFault.Exited : ProxyFault.ExitedAtStart;

    /// <inheritdoc/>
    protected override async ValueTask<ProxyFault?> HandshakeAsync(Connection connection, CancellationToken cancellationToken)
    {
        if (!_setup.IsInitialized)
        {
            return null;
        }

        using var answer = await AskAsync(connection, _setup.Initialize(), cancellationToken);
        if (answer is null || answer.Envelope.IsError)
        {
            return answer is null ? ProxyFault.InitializeTimeout : Refusal(answer);
        }

        if (_setup.Initialized() is { } initialized)
        {
            await connection.SendOrDiscardAsync(initialized, cancellationToken);
        }

        foreach (var request in _setup.Requests())
        {
            using var ignored = await AskAsync(connection, request, cancellationToken);
        }

        return null;
    }

    private async Task LimitInitializeAsync(Exchange exchange)
    {
        await Task.Delay(HandshakeTimeout, Context.Time, Stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!exchange.IsCompleted && !Stopping.IsCancellationRequested)
        {
            Context.Logger.InitializeTimeout(Name, HandshakeTimeout.TotalSeconds);
            exchange.Connection?.Take(exchange.WireId);
            await exchange.FailAsync(ProxyFault.InitializeTimeout, Context.Pool);
        }
    }

    /// <summary>The client's own <c>initialize</c>.</summary>
    private sealed record Handshake(byte[] Request, Exchange Exchange);
}
