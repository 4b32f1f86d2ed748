using System.Diagnostics;
using McpProxy.Relay.Messages;
using McpProxy.Relay.Remote;
using McpProxy.Relay.Sessions;
using McpProxy.Relay.Telemetry;
using McpProxy.Relay.Transports;
using Microsoft.Extensions.Logging;

namespace McpProxy.Bridge;

/// <summary>
/// What the host's messages are sent on: a session with the remote server, opened anew when the server has lost it, with the handshake
/// that the host once made.
/// </summary>
/// <param name="connect">Makes a session, which connects with its first message.</param>
/// <param name="down">Takes what is for the host.</param>
/// <param name="again">Takes what is to be sent again, because the server did not look at it.</param>
/// <param name="operations">What is traced and measured.</param>
/// <param name="pool">Where message buffers come from.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Takes what a user should know.</param>
internal sealed class RemoteLink(
    Func<RemoteTransport> connect, Func<Message, ValueTask> down, Func<Message, ValueTask> again, HostOperations operations, MessagePool pool, TimeProvider time,
    ILogger logger)
    : IAsyncDisposable
{
    /// <summary>How long making the session what it was may take.</summary>
    private static readonly TimeSpan ReplayTimeout = TimeSpan.FromMinutes(6);

    /// <summary>How long a request, and with it all behind it, waits for a server that did not take the host back the last time.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan LastWords = TimeSpan.FromSeconds(2);

    private readonly SessionSetup _setup = new(pool);
    private readonly RetryDelay _delay = new(time);
    private readonly Lock _gate = new();
    private readonly Dictionary<JsonToken, Action<bool>> _answered = [];
    private readonly Dictionary<JsonToken, TaskCompletionSource<Message>> _asked = [];
    private RemoteTransport? _current;
    private Task _pump = Task.CompletedTask;
    private long _lastNumber;

    /// <summary>How many requests wait for an answer.</summary>
    public int InFlight => Volatile.Read(ref _current)?.InFlight ?? 0;

    /// <summary>Sends a message, after connecting if need be. A request that cannot be sent is answered with an error.</summary>
    public async Task SendAsync(Message message, bool isRetry, CancellationToken cancellationToken)
    {
        if (!isRetry && _setup.Remember(message) is { } answered)
        {
            Put(_answered, message.Id, answered);
        }

        while (true)
        {
            var (remote, refusal) = await ConnectForAsync(message, cancellationToken);
            if (remote is null)
            {
                await RefuseAsync(message, refusal);
                return;
            }

            Activity.Current?.SetTag(Attributes.Session, remote.SessionId);
            if (await remote.SendAsync(message, isRetry, cancellationToken))
            {
                return;
            }
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_current is { } remote)
        {
            await remote.DisposeAsync();
        }

        await _pump.WaitAsync(LastWords, time, CancellationToken.None).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async ValueTask<(RemoteTransport? Remote, Message? Refusal)> ConnectForAsync(Message message, CancellationToken cancellationToken)
    {
        try
        {
            return await TryConnectAsync(message, cancellationToken);
        }
        catch
        {
            message.Dispose();
            throw;
        }
    }

    /// <returns>A session that is as it was, or the server's refusal to open one.</returns>
    private async ValueTask<(RemoteTransport? Remote, Message? Refusal)> TryConnectAsync(Message message, CancellationToken cancellationToken)
    {
        var begins = message.Envelope.Is(MessageKind.Request, McpMethod.Initialize);
        if (_current is { Ended: null } live && !(begins && _setup.IsInitialized))
        {
            return (live, null);
        }

        if (_current is { } old)
        {
            if (old.Ended is not null)
            {
                await old.WhenEndedAsync(); // Requests that the server refuses unheard can be sent again; those that are cut off cannot.
            }

            await old.DisposeAsync();
            _current = null;
        }

        if (_delay.HasFailed)
        {
            var wait = _delay.Next();
            await Task.Delay(wait < LongestWait ? wait : LongestWait, time, cancellationToken);
        }

        var remote = connect();
        _pump = Detached.Start(() => PumpAsync(remote));
        var refusal = begins || !_setup.IsInitialized ? null : await TryReplayAsync(remote, cancellationToken);
        _delay.Note(isProgress: refusal is null);
        if (refusal is not null)
        {
            await remote.DisposeAsync();
            return (null, refusal);
        }

        Volatile.Write(ref _current, remote);
        return (remote, null);
    }

    private async Task<Message?> TryReplayAsync(RemoteTransport remote, CancellationToken cancellationToken)
    {
        try
        {
            return await ReplayAsync(remote, cancellationToken);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return Refusal(RemoteFault.ConnectTimeout);
        }
        catch
        {
            await remote.DisposeAsync();
            throw;
        }
    }

    /// <returns>Why the server does not take the host back, or null.</returns>
    private async Task<Message?> ReplayAsync(RemoteTransport remote, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(ReplayTimeout, time);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        var answer = await AskAsync(remote, _setup.Initialize(), patience.Token);
        if (answer.Envelope.IsError)
        {
            return answer;
        }

        answer.Dispose();
        if (_setup.Initialized() is { } initialized)
        {
            await SendOwnAsync(remote, initialized, patience.Token);
        }

        foreach (var request in _setup.Requests())
        {
            (await AskAsync(remote, request, patience.Token)).Dispose();
        }

        if (remote.Ended is { } ended)
        {
            return Refusal(ended); // Else it would be opened again and again, without a pause.
        }

        logger.Reconnected();
        return null;
    }

    private async Task<Message> AskAsync(RemoteTransport remote, Message request, CancellationToken cancellationToken)
    {
        var id = JsonToken.From($"mcp-proxy-again-{Interlocked.Increment(ref _lastNumber)}");
        request.Replace(request.Envelope.Id, id);
        var answer = new TaskCompletionSource<Message>(TaskCreationOptions.RunContinuationsAsynchronously);
        Put(_asked, id, answer); // Until the answer has come: it is not for the host.
        try
        {
            await SendOwnAsync(remote, request, cancellationToken);
            return await answer.Task.WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            if (!answer.TrySetCanceled(cancellationToken))
            {
                (await answer.Task).Dispose(); // It came just then.
            }

            throw;
        }
    }

    private async Task SendOwnAsync(RemoteTransport remote, Message message, CancellationToken cancellationToken)
    {
        if (await remote.SendAsync(message, isRetry: true, cancellationToken))
        {
            return;
        }

        var id = message.Outgoing(message.Envelope.Id);
        message.Dispose();
        if (Take(_asked, id) is { } asked)
        {
            asked.TrySetResult((remote.Ended ?? RemoteFault.ConnectionLost).ToMessage(pool, id));
        }
    }

    private Message Refusal(RemoteFault fault) => fault.ToMessage(pool, JsonToken.From(0));

    private async Task RefuseAsync(Message message, Message? refusal)
    {
        using var refused = message;
        if (refusal is null || message.Envelope.Kind != MessageKind.Request)
        {
            logger.NotSent(message.Envelope.Kind);
            refusal?.Dispose();
            return;
        }

        refusal.Replace(refusal.Envelope.Id, message.Id);
        await DeliverAsync(refusal, message.Id);
    }

    private async Task PumpAsync(RemoteTransport remote)
    {
        var since = time.GetTimestamp();
        try
        {
            while (await remote.ReceiveAsync(CancellationToken.None) is { End: EndReason.None } received)
            {
                if (received.Message is { } message && !TryTakeOwn(message))
                {
                    await DeliverAsync(message, message.Id);
                }
            }

            operations.Disconnected(time.GetElapsedTime(since));
            if (remote.Ended is { } fault && fault != RemoteFault.Closed)
            {
                logger.SessionEnded(fault.Text);
            }

            foreach (var message in remote.TakeUnsent())
            {
                await again(message);
            }
        }
        catch (Exception e)
        {
            logger.Defect(e);
        }
    }

    private void Put<T>(Dictionary<JsonToken, T> table, JsonToken id, T value)
        where T : class
    {
        lock (_gate)
        {
            table[id] = value;
        }
    }

    private T? Take<T>(Dictionary<JsonToken, T> table, JsonToken id)
        where T : class
    {
        lock (_gate)
        {
            return table.Remove(id, out var value) ? value : null;
        }
    }

    private bool TryTakeOwn(Message message)
    {
        if (message.Envelope.Kind != MessageKind.Response || Take(_asked, message.Id) is not { } asked)
        {
            return false;
        }

        if (!asked.TrySetResult(message))
        {
            message.Dispose();
        }

        return true;
    }

    private ValueTask DeliverAsync(Message message, JsonToken id)
    {
        if (message.Envelope.Kind == MessageKind.Response && Take(_answered, id) is { } answered)
        {
            answered(!message.Envelope.IsError);
        }

        return down(message);
    }
}
