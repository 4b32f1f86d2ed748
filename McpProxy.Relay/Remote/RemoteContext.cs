using System.Runtime.CompilerServices;
using System.Threading.Channels;
using McpProxy.Relay.Messages;
using McpProxy.Relay.Transports;
using Microsoft.Extensions.Logging;

namespace McpProxy.Relay.Remote;

/// <summary>What both wires work with: where messages come from and go to, and how a session ends.</summary>
internal sealed class RemoteContext(RemoteOptions options, HttpMessageInvoker http, MessagePool pool, TimeProvider time, ILogger logger) : IDisposable
{
    /// <summary>How many messages may wait for the receiver; beyond that the server waits.</summary>
    private const int MaxQueued = 64;

    /// <summary>When the session is lost, requests in flight may still be answered, or be refused unheard, for so long.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(1);

    private readonly Channel<Message> _inbox = Channel.CreateBounded<Message>(
        new BoundedChannelOptions(MaxQueued) { SingleReader = true, AllowSynchronousContinuations = true }); // A thread less to be woken up for each answer.
    private readonly CancellationTokenSource _stopping = new();
    private readonly List<Message> _unsent = [];
    private readonly TaskCompletionSource<Task> _ending = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _gate = new();
    private readonly Queue<Message> _rest = new();
    private RemoteFault? _ended;
    private bool _unsentTaken;
    private bool _endReceived;

    /// <summary>Where the server is.</summary>
    public RemoteOptions Options => options;

    /// <summary>Sends HTTP requests.</summary>
    public HttpMessageInvoker Http => http;

    /// <summary>Where messages come from.</summary>
    public MessagePool Pool => pool;

    /// <summary>The clock.</summary>
    public TimeProvider Time => time;

    /// <summary>The log.</summary>
    public ILogger Logger => logger;

    /// <summary>The requests in flight.</summary>
    public RemoteCalls Calls { get; } = new();

    /// <summary>Cancelled when nothing more is to be sent or received.</summary>
    public CancellationToken Stopping => _stopping.IsCancellationRequested ? new CancellationToken(canceled: true) : _stopping.Token;

    /// <summary>Why the session has ended, or null.</summary>
    public RemoteFault? Ended => Volatile.Read(ref _ended);

    /// <summary>Waits for what comes in next.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))] // It waits once a message.
    public async ValueTask<Received> ReceiveAsync(CancellationToken cancellationToken)
    {
        while (await _inbox.Reader.WaitToReadAsync(cancellationToken))
        {
            if (_inbox.Reader.TryRead(out var message))
            {
                return new Received(message, ScanFault.None, default, EndReason.None);
            }
        }

        lock (_gate)
        {
            if (_rest.TryDequeue(out var rest))
            {
                return new Received(rest, ScanFault.None, default, EndReason.None);
            }

            _endReceived = true;
            return new Received(null, ScanFault.None, default, Ended == RemoteFault.Closed ? EndReason.Closed : EndReason.Broken);
        }
    }

    /// <summary>Passes a message on, after putting back what was replaced in it.</summary>
    public async ValueTask DeliverAsync(Message message)
    {
        if (message.Envelope.Kind == MessageKind.Response)
        {
            await DeliverAnswerAsync(message);
            return;
        }

        ref readonly var envelope = ref message.Envelope;
        if (envelope.Is(MessageKind.Notification, McpMethod.Progress)
            && Calls.FindByWireToken(JsonToken.Read(message[envelope.Subject])) is { } progressing)
        {
            message = Rewrite(message, envelope.Subject, progressing.ProgressToken);
        }
        else if (!envelope.SubscriptionId.IsEmpty && Calls.FindByWireId(JsonToken.Read(message[envelope.SubscriptionId])) is { } listening
            && listening.WireId != listening.Id)
        {
            message = Rewrite(message, envelope.SubscriptionId, listening.Id);
        }

        await PutAsync(message);
    }

    /// <summary>Answers a request with an error, unless it was answered.</summary>
    public async ValueTask FailAsync(RemoteCall call, RemoteFault fault)
    {
        if (!Calls.TryRemove(call))
        {
            return; // Somebody else answers it.
        }

        if (!call.IsCancelled)
        {
            await PutAsync(fault.ToMessage(pool, call.Id));
        }

        Calls.Settle(call);
    }

    /// <summary>Answers a request whose id is that of another one.</summary>
    public async ValueTask RefuseDuplicateAsync(RemoteCall call)
    {
        await PutAsync(RemoteFault.DuplicateId.ToMessage(pool, call.Id));
        Calls.Settle(call);
    }

    /// <summary>Keeps a message that the server has not looked at, because it does not know the session.</summary>
    /// <returns>False when nobody asks any more for what was kept.</returns>
    public bool TryKeepUnsent(Message message)
    {
        lock (_gate)
        {
            if (!_unsentTaken)
            {
                _unsent.Add(message);
            }

            return !_unsentTaken;
        }
    }

    /// <summary>Keeps a request that the server has not looked at; false when it was answered, or nobody asks any more for what was kept.</summary>
    public bool TryKeepUnsent(RemoteCall call)
    {
        lock (_gate)
        {
            // Both under the lock: who sees that no request is in flight finds this one kept.
            if (_unsentTaken || !Calls.TryRemove(call))
            {
                return false;
            }

            _unsent.Add(call.Keep());
        }

        Calls.Settle(call);
        return true;
    }

    /// <summary>How many messages are kept.</summary>
    public int UnsentCount
    {
        get
        {
            lock (_gate)
            {
                return _unsent.Count;
            }
        }
    }

    /// <summary>Takes the messages that were kept; from now on none is.</summary>
    public IReadOnlyList<Message> TakeUnsent()
    {
        lock (_gate)
        {
            _unsentTaken = true;
            Message[] unsent = [.. _unsent];
            _unsent.Clear();
            return unsent;
        }
    }

    /// <summary>Ends the session: what is in flight may come to its end for a moment, then the receiver is told.</summary>
    public void End(RemoteFault why, bool atOnce = false)
    {
        if (Interlocked.CompareExchange(ref _ended, why, null) is null)
        {
            _ending.SetResult(EndAsync(atOnce));
        }
        else if (atOnce)
        {
            Stop();
        }
    }

    /// <summary>Done when it has ended, and every request was answered or kept: what is left is still to be received.</summary>
    public async Task WhenEndedAsync() => await await _ending.Task;

    /// <summary>Ends the session at once.</summary>
    public Task CloseAsync()
    {
        End(RemoteFault.Closed, atOnce: true);
        return WhenEndedAsync();
    }

    /// <inheritdoc/>
    public void Dispose() => _stopping.Dispose();

    private void Stop()
    {
        try
        {
            _stopping.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It has ended meanwhile.
        }
    }

    private async Task EndAsync(bool atOnce)
    {
        if (!atOnce)
        {
            await Calls.WhenEmptyAsync().WaitAsync(Grace, time, Stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await _stopping.CancelAsync();
        Calls.Close();
        await Calls.Left.WaitAsync(Grace, time, CancellationToken.None).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        foreach (var call in Calls.All())
        {
            await FailAsync(call, Ended!); // An HTTP handler does not heed its cancellation.
        }

        await Calls.WhenSettledAsync();
        _inbox.Writer.TryComplete();
    }

    private async ValueTask DeliverAnswerAsync(Message message)
    {
        if (Calls.Take(message.Id) is not { } call)
        {
            logger.UnknownAnswer(); // Nobody waits for it any more, or never did.
            message.Dispose();
            return;
        }

        try
        {
            call.Answering?.Invoke(message);
            if (call.WireId != call.Id)
            {
                message.Replace(MessageScanner.FindResultSubscriptionId(message.Body), call.Id);
                message = Rewrite(message, message.Envelope.Id, call.Id);
            }

            await PutAsync(message);
        }
        finally
        {
            Calls.Settle(call);
        }
    }

    /// <summary>The message as if the server had written it so: its receiver reads tokens where they came in.</summary>
    private Message Rewrite(Message message, Slice slice, JsonToken value)
    {
        using var owned = message;
        message.Replace(slice, value);
        return MessageReader.Read(pool, message.ToArray()).Single!;
    }

    /// <summary>Waits for room until the session ends; then it need not wait, because nothing more comes.</summary>
    private async ValueTask PutAsync(Message message)
    {
        if (_inbox.Writer.TryWrite(message))
        {
            return;
        }

        try
        {
            await _inbox.Writer.WriteAsync(message, Stopping);
        }
        catch (Exception e) when (e is OperationCanceledException or ChannelClosedException)
        {
            PutLast(message);
        }
    }

    private void PutLast(Message message)
    {
        lock (_gate)
        {
            if (!_endReceived)
            {
                _rest.Enqueue(message);
                return;
            }
        }

        message.Dispose(); // Nobody receives any more.
    }
}
