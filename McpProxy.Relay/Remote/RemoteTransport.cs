using McpProxy.Relay.Messages;
using McpProxy.Relay.Transports;
using Microsoft.Extensions.Logging;

namespace McpProxy.Relay.Remote;

/// <summary>
/// One session with a remote server over HTTP. Every request that it takes is answered once: by the server, or by an error that says
/// what happened. When the server loses the session it ends; what the server did not look at can then be sent in another one.
/// </summary>
public sealed class RemoteTransport : ITransport
{
    /// <summary>How many requests may be under way; each holds an HTTP request.</summary>
    private const int MaxInFlight = 1000;

    private readonly RemoteContext _context;
    private readonly SemaphoreSlim _room = new(MaxInFlight);
    private readonly SemaphoreSlim _finding = new(1);
    private readonly RemoteFinder _finder;
    private RemoteCall? _handshake;
    private long _lastNumber;
    private int _disposed;

    /// <summary>Connects when the first message is sent.</summary>
    /// <param name="options">Where to, and how.</param>
    /// <param name="http">Sends HTTP requests; stays the caller's.</param>
    /// <param name="pool">Where message buffers come from.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Takes what an operator should know.</param>
    public RemoteTransport(RemoteOptions options, HttpMessageInvoker http, MessagePool pool, TimeProvider time, ILogger logger)
    {
        _context = new RemoteContext(options, http, pool, time, logger);
        _finder = new RemoteFinder(_context, _finding);
    }

    /// <summary>The transport that the server speaks, once that is known.</summary>
    public RemoteKind? Kind => _finder.Kind;

    /// <summary>The id that the server gave the session, if it has.</summary>
    public string? SessionId => (_finder.Wire as StreamableHttpWire)?.SessionId;

    /// <summary>How many messages wait for an answer, or to be taken and sent again.</summary>
    public int InFlight => _context.Calls.Count + _context.UnsentCount;

    /// <inheritdoc/>
    public long QueuedBytes => 0; // Each request goes on its own way at once.

    /// <summary>Why it has ended, or null.</summary>
    public RemoteFault? Ended => _context.Ended;

    /// <inheritdoc/>
    public ValueTask<bool> SendAsync(Message message, CancellationToken cancellationToken) => SendAsync(message, isRetry: false, cancellationToken);

    /// <summary>
    /// Sends a message. A request is not waited for; what follows a notification waits until the server has taken it, and what follows
    /// <c>initialize</c> until that is answered: only then it is known which session it belongs to.
    /// </summary>
    /// <param name="message">The message; the caller's again when the transport has ended.</param>
    /// <param name="isRetry">Whether it was sent before, in another session that the server had forgotten.</param>
    /// <param name="cancellationToken">Gives up waiting; the message may still be on its way.</param>
    /// <returns>False when the transport has ended.</returns>
    public async ValueTask<bool> SendAsync(Message message, bool isRetry, CancellationToken cancellationToken)
    {
        await WaitForSessionAsync(message, cancellationToken);
        if (_context.Ended is not null)
        {
            return false;
        }

        if (message.Envelope.Kind != MessageKind.Request)
        {
            await PostAsync(message, isRetry).WaitAsync(cancellationToken);
            return true;
        }

        await WaitForRoomAsync(message, cancellationToken);
        var call = new RemoteCall(message, Interlocked.Increment(ref _lastNumber), isRetry, _context.Time, _context.Stopping);
        var admission = _context.Ended is null ? _context.Calls.Enter(call) : Admission.Closed;
        if (admission == Admission.Closed)
        {
            call.Keep(); // It has ended meanwhile.
            call.Dispose();
            _room.Release();
            return false;
        }

        if (call.Method == McpMethod.Initialize && admission == Admission.InFlight)
        {
            Volatile.Write(ref _handshake, call);
        }

        // Discarded: it answers the request whatever happens, and throws nothing.
        _ = RunAsync(call, admission);
        return true;
    }

    /// <inheritdoc/>
    public ValueTask<Received> ReceiveAsync(CancellationToken cancellationToken) => _context.ReceiveAsync(cancellationToken);

    /// <summary>Done soon after it has ended, when every request was answered, or refused unheard and kept: what is left is still to be received.</summary>
    public Task WhenEndedAsync() => _context.WhenEndedAsync();

    /// <summary>After the end: the requests that the server has not looked at, as their senders wrote them. They are the caller's.</summary>
    public IReadOnlyList<Message> TakeUnsent() => _context.TakeUnsent();

    /// <summary>Ends the session, and tells the server. What is left to be received, such as errors for the requests in flight, still can be.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        if (_finder.Wire is { } wire)
        {
            await wire.CloseAsync();
        }

        await _context.CloseAsync();
        _context.Dispose();
    }

    private async ValueTask WaitForSessionAsync(Message message, CancellationToken cancellationToken)
    {
        if (Volatile.Read(ref _handshake) is not { IsAnswered: false } handshake || !message.Envelope.ProtocolVersion.IsEmpty)
        {
            return;
        }

        try
        {
            await handshake.Done.WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            message.Dispose();
            throw;
        }
    }

    private async ValueTask WaitForRoomAsync(Message message, CancellationToken cancellationToken)
    {
        if (_room.Wait(0, CancellationToken.None))
        {
            return;
        }

        try
        {
            await _room.WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            message.Dispose();
            throw;
        }
    }

    private async Task PostAsync(Message message, bool isRetry)
    {
        var kind = message.Envelope.Kind;
        if (_finder.Wire is null && TryCancelHere(message))
        {
            return;
        }

        try
        {
            await (await _finder.WaitAsync()).SendAsync(message, isRetry);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException or RemoteException)
        {
            message.Dispose();
            _context.Logger.NotDelivered(kind.ToString(), (_context.Ended ?? RemoteFault.Of(e)).Text);
            _context.Logger.Details(e);
        }
    }

    /// <summary>While it is being found out what the server speaks, it cannot be told that a request is cancelled; and need not, mostly.</summary>
    private bool TryCancelHere(Message message)
    {
        if (!message.Envelope.Is(MessageKind.Notification, McpMethod.Cancelled) || _context.Calls.Find(message.Outgoing(message.Envelope.Subject)) is not { } call)
        {
            return false;
        }

        call.IsCancelled = true;
        call.StopAfter(TimeSpan.Zero);
        message.Dispose();
        return true;
    }

    private async Task RunAsync(RemoteCall call, Admission admission)
    {
        try
        {
            if (admission == Admission.Duplicate)
            {
                await _context.RefuseDuplicateAsync(call);
                return;
            }

            await CallAsync(call);
            await _context.FailAsync(call, RemoteFault.NoAnswer);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException or RemoteException)
        {
            await FailAsync(call, e);
        }
        catch (Exception e)
        {
            _context.Logger.Defect(e);
            await _context.FailAsync(call, RemoteFault.Internal);
        }
        finally
        {
            _room.Release();
            call.Dispose();
            if (!call.IsKept)
            {
                call.Request.Dispose();
            }

            _context.Calls.Leave();
        }
    }

    private async Task FailAsync(RemoteCall call, Exception exception)
    {
        if (call.IsAnswered)
        {
            return;
        }

        var fault = exception is OperationCanceledException && _context.Ended is { } ended ? ended : RemoteFault.Of(exception);
        if (!call.IsCancelled)
        {
            _context.Logger.CallFailed(call.MethodName, fault.Text);
            _context.Logger.Details(exception);
        }

        await _context.FailAsync(call, fault);
    }

    private Task CallAsync(RemoteCall call)
    {
        if (call.IsHandshake)
        {
            call.StopAfter(_context.Options.ConnectTimeout); // Only then: there is no limit on how long a tool may run.
        }

        return _finder.CallAsync(call);
    }
}
