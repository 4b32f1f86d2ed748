using McpProxy.Gateway.Configuration;
using McpProxy.Gateway.Errors;
using McpProxy.Relay.Messages;

namespace McpProxy.Gateway.Backends;

/// <summary>
/// One connection for one client. The handshake is the client's own; when the backend has to be started again, what the client said to
/// set it up is said again, and its session goes on.
/// </summary>
internal sealed class DedicatedLink(
    string name, BackendOptions backend, BackendContext context, BackendClient client, Func<(ChildProcess? Child, ProxyFault? Fault)> takeChild)
    : Link(name, backend, context, isShared: false)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, byte[]> _subscriptions = new(StringComparer.Ordinal);
    private byte[]? _initialize;
    private byte[]? _initialized;
    private byte[]? _level;
    private bool _isInitialized;

    /// <inheritdoc/>
    public override ValueTask SendRequestAsync(BackendClient sender, Message request, Exchange exchange, CancellationToken cancellationToken)
    {
        switch (request.Envelope.Method)
        {
            case McpMethod.Initialize:
                var initialize = request.ToArray();
                exchange.Answered = succeeded => (_initialize, _isInitialized) = (initialize, succeeded);
                // Discarded: it ends with the exchange or the timeout, and throws nothing.
                _ = LimitInitializeAsync(exchange);
                break;
            case McpMethod.LoggingSetLevel:
                var level = request.ToArray();
                exchange.Answered = succeeded => _level = succeeded ? level : _level;
                break;
            case McpMethod.ResourcesSubscribe or McpMethod.ResourcesUnsubscribe:
                Remember(request, exchange);
                break;
        }

        return ForwardAsync(request, exchange, cancellationToken);
    }

    /// <inheritdoc/>
    public override ValueTask SendAsync(BackendClient sender, Message message, CancellationToken cancellationToken)
    {
        if (message.Envelope.Is(MessageKind.Notification, McpMethod.Initialized))
        {
            _initialized = message.ToArray();
        }

        return ForwardAsync(message, cancellationToken);
    }

    /// <inheritdoc/>
    public override ValueTask DetachAsync(BackendClient sender) => DisposeAsync();

    /// <inheritdoc/>
    public override async ValueTask OnMessageAsync(Connection connection, Message message)
    {
        if (message.Envelope.Kind == MessageKind.Response)
        {
            Context.Logger.UnknownResponse(Name);
            message.Dispose();
            return;
        }

        var (kind, id) = (message.Envelope.Kind, message.Id);
        var fault = await client.DeliverAsync(message);
        if (fault is not null && kind == MessageKind.Request)
        {
            await connection.TrySendAsync(fault.ToMessage(Context.Pool, id)); // Never waits: it would hold up the reader.
        }
    }

    /// <inheritdoc/>
    protected override (ChildProcess? Child, ProxyFault? Fault) StartChild() => _isInitialized ? base.StartChild() : takeChild();

    /// <inheritdoc/>
    protected override bool MayRestart(ProxyFault? handshakeFault) => _isInitialized;

    /// <inheritdoc/>
    protected override ProxyFault EndFault() => _isInitialized ? ProxyFault.Exited : ProxyFault.ExitedAtStart;

    /// <inheritdoc/>
    protected override async ValueTask<ProxyFault?> HandshakeAsync(Connection connection, CancellationToken cancellationToken)
    {
        if (!_isInitialized || _initialize is null)
        {
            return null;
        }

        using var answer = await AskAsync(connection, Parse(_initialize), cancellationToken);
        if (answer is null || answer.Envelope.IsError)
        {
            return answer is null ? ProxyFault.InitializeTimeout : ProxyFault.InitializeRefused;
        }

        if (_initialized is not null)
        {
            await connection.SendAsync(Parse(_initialized), cancellationToken);
        }

        byte[][] setUp;
        lock (_gate)
        {
            setUp = [.. _level is null ? [] : new[] { _level }, .. _subscriptions.Values];
        }

        foreach (var request in setUp)
        {
            using var ignored = await AskAsync(connection, Parse(request), cancellationToken);
        }

        return null;
    }

    private Message Parse(byte[] bytes) => MessageReader.Read(Context.Pool, bytes).Single!;

    private void Remember(Message request, Exchange exchange)
    {
        var uri = System.Text.Encoding.UTF8.GetString(request[request.Envelope.Subject]);
        var bytes = request.Envelope.Method == McpMethod.ResourcesSubscribe ? request.ToArray() : null;
        exchange.Answered = succeeded =>
        {
            lock (_gate)
            {
                if (succeeded && bytes is not null)
                {
                    _subscriptions[uri] = bytes;
                }
                else if (succeeded)
                {
                    _subscriptions.Remove(uri);
                }
            }
        };
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
}
