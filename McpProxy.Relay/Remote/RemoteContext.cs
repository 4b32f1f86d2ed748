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

    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(10);

    private readonly Channel<Received> _inbox = Channel.CreateBounded<Received>(new BoundedChannelOptions(MaxQueued) { SingleReader = true });
    private readonly CancellationTokenSource _stopping = new();
    private readonly List<Message> _unsent = [];
    private readonly TaskCompletionSource<Task> _ending = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _gate = new();
    private RemoteFault? _ended;
    private bool _closed;

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

    /// <summary>What has come in, to be received.</summary>
    public ChannelReader<Received> Inbox => _inbox.Reader;

    /// <summary>Passes a message on, after putting back what was replaced in it.</summary>
    public async ValueTask DeliverAsync(Message message)
    {
        RemoteCall? call = null;
        if (message.Envelope.Kind == MessageKind.Response && Calls.Take(message.Id) is { } found)
        {
            call = found;
            call.Answering?.Invoke(message);
            if (call.WireId != call.Id)
            {
                message.Replace(message.Envelope.Id, call.Id);
            }
        }
        else if (message.Envelope.Is(MessageKind.Notification, McpMethod.Progress)
            && Calls.FindByWireToken(JsonToken.Read(message[message.Envelope.Subject])) is { } progressing)
        {
            message.Replace(message.Envelope.Subject, progressing.ProgressToken);
        }

        else if (!message.Envelope.SubscriptionId.IsEmpty && Calls.FindByWireId(JsonToken.Read(message[message.Envelope.SubscriptionId])) is { } listening
            && listening.WireId != listening.Id)
        {
            message.Replace(message.Envelope.SubscriptionId, listening.Id);
        }

        await PutAsync(new Received(message, ScanFault.None, default, EndReason.None));
        call?.Complete();
    }

    /// <summary>Answers a request with an error, unless it was answered.</summary>
    public async ValueTask FailAsync(RemoteCall call, RemoteFault fault)
    {
        if (Calls.TryRemove(call) && !call.IsCancelled)
        {
            await PutAsync(new Received(fault.ToMessage(pool, call.Id), ScanFault.None, default, EndReason.None));
        }

        call.Complete();
    }

    /// <summary>Passes on an error of ours for a request that was not sent.</summary>
    public ValueTask DeliverErrorAsync(JsonToken id, RemoteFault fault) =>
        PutAsync(new Received(fault.ToMessage(pool, id), ScanFault.None, default, EndReason.None));

    /// <summary>Keeps a message that the server has not looked at, because it does not know the session.</summary>
    public void KeepUnsent(Message message)
    {
        lock (_gate)
        {
            if (!_closed)
            {
                _unsent.Add(message);
                return;
            }
        }

        message.Dispose();
    }

    /// <summary>Takes the messages that were kept; from now on none is.</summary>
    public IReadOnlyList<Message> TakeUnsent()
    {
        lock (_gate)
        {
            _closed = true;
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
        else if (atOnce && !_stopping.IsCancellationRequested)
        {
            _stopping.Cancel();
        }
    }

    /// <summary>Ends the session at once. Done when every request was answered: what is left is still to be received.</summary>
    public async Task CloseAsync()
    {
        End(RemoteFault.Closed, atOnce: true);
        await await _ending.Task;
    }

    /// <inheritdoc/>
    public void Dispose() => _stopping.Dispose();

    private async Task EndAsync(bool atOnce)
    {
        var since = time.GetTimestamp();
        while (!atOnce && Calls.Count > 0 && time.GetElapsedTime(since) < Grace && !Stopping.IsCancellationRequested)
        {
            await Task.Delay(PollInterval, time, CancellationToken.None);
        }

        await _stopping.CancelAsync();
        while (Calls.Count > 0 && time.GetElapsedTime(since) < Grace * 2)
        {
            await Task.Delay(PollInterval, time, CancellationToken.None);
        }

        _inbox.Writer.TryComplete();
    }

    private async ValueTask PutAsync(Received received)
    {
        try
        {
            await _inbox.Writer.WriteAsync(received, CancellationToken.None); // Also what is said about the end is received.
        }
        catch (ChannelClosedException)
        {
            received.Message?.Dispose(); // Nobody receives any more.
        }
    }
}
