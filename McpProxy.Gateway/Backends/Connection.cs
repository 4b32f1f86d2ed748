using System.Diagnostics;
using McpProxy.Gateway.Errors;
using McpProxy.Gateway.Telemetry;
using McpProxy.Relay.Messages;
using McpProxy.Relay.Telemetry;
using McpProxy.Relay.Transports;

namespace McpProxy.Gateway.Backends;

/// <summary>
/// One live link to a backend: sends requests up under ids that are unique on it, and brings each answer and each progress
/// notification to the exchange that it belongs to. What belongs to no exchange goes to its owner.
/// </summary>
/// <param name="transport">The transport; ended by its owner.</param>
/// <param name="owner">Takes what belongs to no exchange.</param>
/// <param name="isShared">Whether several clients use it: then every id and token is rewritten, else only one that the backend could
/// spell differently when it echoes it.</param>
/// <param name="server">What it leads to, as telemetry names it.</param>
/// <param name="pool">Where messages come from.</param>
/// <param name="time">Tells how quickly answers come one after the other.</param>
internal sealed class Connection(ITransport transport, IConnectionOwner owner, bool isShared, Party server, MessagePool pool, TimeProvider time)
{
    /// <summary>
    /// After so many calls that were alone, in quick succession, the next one will be, too. Then the pool takes the answers: its threads look for
    /// more work for a while, which keeps the machine awake for the next call, and that is answered sooner. With others in flight it is awake
    /// anyway, and when nobody calls for longer, those threads look in vain.
    /// </summary>
    private const int ManyAlone = 8;

    /// <summary>From one answer to the next.</summary>
    private static readonly TimeSpan QuickSuccession = TimeSpan.FromMilliseconds(2);

    private readonly Lock _gate = new();
    private readonly Dictionary<JsonToken, Exchange> _byId = [];
    private readonly Dictionary<JsonToken, Exchange> _byToken = [];
    private readonly Wakeups _wakeups = new();
    private long _lastId;
    private int _alone;
    private long _lastAnswer;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>How many bytes wait to be sent.</summary>
    public long QueuedBytes => transport.QueuedBytes;

    /// <summary>How many requests wait for an answer. A subscription does not: its answer is its end (2026-07-28, basic/patterns, subscriptions).</summary>
    public int InFlight
    {
        get
        {
            lock (_gate)
            {
                return _byId.Values.Count(exchange => exchange.Method != McpMethod.SubscriptionsListen);
            }
        }
    }

    /// <summary>Done when it has ended, and whoever asks for the next one gets that.</summary>
    public Task Ended => _ended.Task;

    /// <summary>Sends a request, unless its exchange has ended; when it was sent, its exchange is completed whatever happens.</summary>
    /// <returns>False when the connection has ended before: then the request is the caller's again, as it was.</returns>
    public async ValueTask<bool> TrySendRequestAsync(Message request, Exchange exchange, CancellationToken cancellationToken)
    {
        if (!TryRegister(exchange, out var isDuplicate))
        {
            return false;
        }

        if (isDuplicate)
        {
            request.Dispose();
            await exchange.FailAsync(ProxyFault.DuplicateId, pool);
            return true;
        }

        if (exchange.IsCompleted)
        {
            Remove(exchange); // It was cancelled, or its client has left.
            request.Dispose();
            return true;
        }

        Substitute(request, request.Envelope.Id, exchange.Id, exchange.WireId);
        Substitute(request, request.Envelope.ProgressToken, exchange.ProgressToken, exchange.WireToken);
        if (exchange.Operation is { } operation)
        {
            operation.Send(request, server);
            Activity.Current = operation.Client ?? Activity.Current;
        }

        try
        {
            return await SendAsync(request, cancellationToken) || !TryTakeBack(request, exchange);
        }
        catch (OperationCanceledException)
        {
            // Nobody waits for it any more, and it was not sent.
            Remove(exchange);
            await exchange.FailAsync(ProxyFault.Cancelled, pool);
            return true;
        }
    }

    /// <summary>Sends a request that makes sense on this connection only; its exchange is completed whatever happens.</summary>
    public async ValueTask SendRequestAsync(Message request, Exchange exchange, CancellationToken cancellationToken)
    {
        if (!await TrySendRequestAsync(request, exchange, cancellationToken))
        {
            request.Dispose();
            await exchange.FailAsync(ProxyFault.Exited, pool);
        }
    }

    /// <summary>Sends a notification or a response.</summary>
    /// <returns>False when the connection has ended before: then the message is the caller's again.</returns>
    public ValueTask<bool> SendAsync(Message message, CancellationToken cancellationToken)
    {
        GatewayMetrics.Sent(server, message.Length);
        return transport.SendAsync(message, cancellationToken);
    }

    /// <summary>Sends a notification or a response that makes sense on this connection only.</summary>
    public ValueTask<bool> SendOrDiscardAsync(Message message, CancellationToken cancellationToken)
    {
        GatewayMetrics.Sent(server, message.Length);
        return transport.SendOrDiscardAsync(message, cancellationToken);
    }

    /// <summary>Tells the backend that a request is cancelled, whose exchange has ended.</summary>
    public async ValueTask CancelAsync(Message notification, Exchange exchange, CancellationToken cancellationToken)
    {
        Remove(exchange);
        Substitute(notification, notification.Envelope.Subject, exchange.Id, exchange.WireId);
        await SendOrDiscardAsync(notification, cancellationToken);
    }

    /// <summary>Sends a message if there is room for it now: what says farewell must not wait for a backend that reads nothing.</summary>
    public async ValueTask TrySendAsync(Message message)
    {
        try
        {
            await SendOrDiscardAsync(message, new CancellationToken(canceled: true));
        }
        catch (OperationCanceledException)
        {
            // The transport disposed it.
        }
    }

    /// <summary>Tells the backend that nobody waits for a request any more, whose exchange has ended.</summary>
    public ValueTask TryCancelAsync(Exchange exchange, string reason) =>
        Remove(exchange) ? TrySendAsync(OwnMessages.Cancelled(pool, exchange.WireId, reason)) : ValueTask.CompletedTask;

    /// <summary>The clients that have requests in flight, each once.</summary>
    public IReadOnlyCollection<BackendClient> ClientsInFlight()
    {
        lock (_gate)
        {
            return [.. _byId.Values.Select(exchange => exchange.Client).OfType<BackendClient>().Distinct()];
        }
    }

    /// <summary>The request in flight, when there is exactly one.</summary>
    public Exchange? OnlyExchange()
    {
        lock (_gate)
        {
            return _byId.Count == 1 ? _byId.Values.First() : null;
        }
    }

    /// <summary>Takes a request out of flight; the caller completes it.</summary>
    public Exchange? Take(JsonToken wireId)
    {
        lock (_gate)
        {
            if (_byId.Remove(wireId, out var exchange))
            {
                RemoveToken(exchange);
                var now = time.GetTimestamp();
                var isAlone = _byId.Count == 0 && time.GetElapsedTime(_lastAnswer, now) <= QuickSuccession;
                (_alone, _lastAnswer) = (isAlone ? Math.Min(_alone + 1, ManyAlone) : 0, now);
            }

            return exchange;
        }
    }

    /// <summary>Takes a request out of flight; false when it was not.</summary>
    public bool Remove(Exchange exchange)
    {
        lock (_gate)
        {
            if (!_byId.TryGetValue(exchange.WireId, out var found) || found != exchange)
            {
                return false;
            }

            _byId.Remove(exchange.WireId);
            RemoveToken(exchange);
            return true;
        }
    }

    /// <summary>Receives until the transport ends.</summary>
    public async Task<EndReason> RunAsync()
    {
        try
        {
            return await ReceiveAllAsync();
        }
        finally
        {
            _wakeups.Run(); // Nobody else knows of them any more.
        }
    }

    private async Task<EndReason> ReceiveAllAsync()
    {
        while (true)
        {
            var receiving = transport.ReceiveAsync(CancellationToken.None);
            if (!receiving.IsCompleted)
            {
                PoolThread.NoteTurn();
                _wakeups.Run();
            }

            var received = await receiving;
            if (received.End != EndReason.None)
            {
                return received.End;
            }

            var handling = received.Message is { } message ? DispatchAsync(message) : HandleFaultAsync(received);
            if (!handling.IsCompletedSuccessfully)
            {
                _wakeups.Run(); // What is in the way may be one of them.
            }

            await handling;
        }
    }

    private async ValueTask HandleFaultAsync(Received received)
    {
        await PoolThread.SwitchAsync(); // It is logged, and a server may write nothing else.
        owner.OnFault(received.Fault);
        if (received.IsAnswer && Take(received.Id) is { } exchange)
        {
            await exchange.FailAsync(received.Fault == ScanFault.TooLarge ? ProxyFault.AnswerTooLarge : ProxyFault.AnswerInvalid, pool);
        }
    }

    /// <summary>Refuses new requests; those in flight still are.</summary>
    public void End()
    {
        lock (_gate)
        {
            _ended.TrySetResult();
        }
    }

    /// <summary>Refuses new requests and ends those in flight.</summary>
    public async ValueTask FailAllAsync(ProxyFault fault)
    {
        End();
        Exchange[] exchanges;
        lock (_gate)
        {
            exchanges = [.. _byId.Values];
            _byId.Clear();
            _byToken.Clear();
        }

        foreach (var exchange in exchanges)
        {
            owner.OnUnanswered(exchange, fault);
        }

        // All at once: a client that reads nothing holds up its own answer and no other.
        await Task.WhenAll(exchanges.Select(exchange => exchange.FailAsync(fault, pool).AsTask()));
    }

    private ValueTask DispatchAsync(Message message)
    {
        GatewayMetrics.Received(server, message.Length);

        // On a thread of the pool, whoever waits goes on on another one; what waits for a thread of the runtime's sockets goes on on that.
        var wakeups = Thread.CurrentThread.IsThreadPoolThread ? null : _wakeups;
        ref readonly var envelope = ref message.Envelope;
        if (envelope.Kind == MessageKind.Response)
        {
            if (Take(message.Id) is { } exchange)
            {
                RestoreResponse(message, exchange);
                return envelope.Subject.IsEmpty && exchange.Method != McpMethod.TasksList
                    ? exchange.CompleteAsync(message, _alone == ManyAlone ? null : wakeups)
                    : CompleteWithTasksAsync(exchange, message);
            }
        }
        else if (envelope.Is(MessageKind.Notification, McpMethod.Progress))
        {
            if (Find(_byToken, JsonToken.Read(message[envelope.Subject])) is { } exchange)
            {
                Substitute(message, envelope.Subject, exchange.WireToken, exchange.ProgressToken);
                return exchange.OnMessageAsync(message, wakeups);
            }
        }
        else if (!envelope.SubscriptionId.IsEmpty && Find(_byId, JsonToken.Read(message[envelope.SubscriptionId])) is { } listener)
        {
            Substitute(message, envelope.SubscriptionId, listener.WireId, listener.Id);
            return listener.OnMessageAsync(message, wakeups);
        }

        return HandOverAsync(message);
    }

    private async ValueTask CompleteWithTasksAsync(Exchange exchange, Message response)
    {
        await PoolThread.SwitchAsync(); // Nobody else waits for what such answers take.
        await exchange.CompleteAsync(await owner.OnTasksAsync(exchange, response));
    }

    /// <summary>What the server says on its own may be for a thousand clients.</summary>
    private async ValueTask HandOverAsync(Message message)
    {
        await PoolThread.SwitchAsync();
        await owner.OnMessageAsync(this, message);
    }

    private static void RestoreResponse(Message message, Exchange exchange)
    {
        Substitute(message, message.Envelope.Id, exchange.WireId, exchange.Id);
        if (exchange.Method == McpMethod.SubscriptionsListen)
        {
            Substitute(message, MessageScanner.FindResultSubscriptionId(message.Body), exchange.WireId, exchange.Id);
        }
    }

    private bool TryRegister(Exchange exchange, out bool isDuplicate)
    {
        lock (_gate)
        {
            isDuplicate = false;
            if (_ended.Task.IsCompleted)
            {
                return false;
            }

            var own = isShared ? JsonToken.From(++_lastId) : default;
            exchange.Connection = this;
            exchange.WireId = isShared ? own : Stable(exchange.Id);
            exchange.WireToken = exchange.ProgressToken.IsNone ? default : isShared ? own : Stable(exchange.ProgressToken);
            isDuplicate = !_byId.TryAdd(exchange.WireId, exchange);
            if (!isDuplicate && !exchange.WireToken.IsNone)
            {
                _byToken[exchange.WireToken] = exchange;
            }

            return true;
        }
    }

    /// <summary>Makes a request that was not sent what it was; false when its exchange has ended meanwhile.</summary>
    private bool TryTakeBack(Message request, Exchange exchange)
    {
        if (!Remove(exchange))
        {
            request.Dispose();
            return false;
        }

        exchange.Connection = null;
        request.Replace(request.Envelope.Id, exchange.Id);
        request.Replace(request.Envelope.ProgressToken, exchange.ProgressToken);
        return true;
    }

    private static void Substitute(Message message, Slice slice, JsonToken before, JsonToken after)
    {
        if (before != after)
        {
            message.Replace(slice, after);
        }
    }

    private JsonToken Stable(JsonToken token) => token.IsStable ? token : JsonToken.From($"mcp-proxy:{++_lastId}");

    private Exchange? Find(Dictionary<JsonToken, Exchange> table, JsonToken token)
    {
        lock (_gate)
        {
            return table.GetValueOrDefault(token);
        }
    }

    private void RemoveToken(Exchange exchange)
    {
        if (!exchange.WireToken.IsNone && _byToken.GetValueOrDefault(exchange.WireToken) == exchange)
        {
            _byToken.Remove(exchange.WireToken);
        }
    }
}
