using System.Diagnostics;
using System.Threading.Channels;
using McpProxy.Relay.Messages;
using McpProxy.Relay.Remote;
using McpProxy.Relay.Transports;
using Microsoft.Extensions.Logging;

namespace McpProxy.Bridge;

/// <summary>Relays between the program that started the bridge and the remote server, until that program closes its side.</summary>
/// <param name="host">The bridge's stdin and stdout.</param>
/// <param name="connect">Makes a session with the server, which connects with its first message.</param>
/// <param name="operations">What is traced and measured.</param>
/// <param name="shutdownTimeout">How long replies that are pending at the end may take.</param>
/// <param name="pool">Where message buffers come from.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Takes what a user should know.</param>
internal sealed class HostRelay(
    LineTransport host, Func<RemoteTransport> connect, HostOperations operations, TimeSpan shutdownTimeout, MessagePool pool, TimeProvider time, ILogger logger)
{
    /// <summary>How many messages are read ahead: so it is seen that stdin has ended, while the server is being connected to.</summary>
    private const int MaxQueued = 64;

    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan FlushTime = TimeSpan.FromSeconds(1);

    private readonly Channel<PendingMessage> _up = Channel.CreateBounded<PendingMessage>(new BoundedChannelOptions(MaxQueued) { AllowSynchronousContinuations = true });
    private int _waiting;

    /// <summary>Relays until stdin ends, stdout breaks, or it is cancelled; then lets pending calls finish, and ends the remote session.</summary>
    /// <returns>Why stdout could not be written; null when it could.</returns>
    public async Task<IOException?> RunAsync(CancellationToken cancellationToken)
    {
        using var stop = new CancellationTokenSource();
        var since = time.GetTimestamp();
        await using var link = new RemoteLink(connect, DownAsync, message => UpAsync(message, isRetry: true), operations, pool, time, logger);
        var forwarding = ForwardAsync(link, stop.Token);

        // Whatever ends first; a read from stdin cannot always be cancelled, and ends with the process.
        var reading = Task.Factory.StartNew(ReadAsync, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default).Unwrap();
        await Task.WhenAny(reading, host.WriteFailed, Task.Delay(Timeout.InfiniteTimeSpan, time, cancellationToken));
        await DrainAsync(link);
        _up.Writer.TryComplete();
        await stop.CancelAsync();
        await forwarding;
        await link.DisposeAsync();
        operations.HostLeft(time.GetElapsedTime(since));
        await host.CompleteAsync().WaitAsync(FlushTime, time, CancellationToken.None).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return host.WriteFailed is { IsCompleted: true } failed ? await failed as IOException : null;
    }

    private async Task ReadAsync()
    {
        while (await host.ReceiveAsync(CancellationToken.None) is { End: EndReason.None } received)
        {
            if (received.Message is { } message)
            {
                operations.Begin(message);
                await UpAsync(message, isRetry: false);
            }
            else
            {
                logger.NotAMessage(received.Fault.Describe());

                // The id of what was meant as an answer is one of the server's, and may be that of a request of the host's, too.
                var id = received.IsAnswer ? default : received.Id;
                await DownAsync(OwnMessages.Error(pool, id, received.Fault.Code(), received.Fault.Describe()));
            }
        }
    }

    private async ValueTask UpAsync(Message message, bool isRetry)
    {
        Interlocked.Increment(ref _waiting);
        try
        {
            await _up.Writer.WriteAsync(new PendingMessage(message, isRetry), CancellationToken.None);
        }
        catch (ChannelClosedException)
        {
            await GiveUpAsync(message);
        }
    }

    private async Task ForwardAsync(RemoteLink link, CancellationToken stop)
    {
        await foreach (var (message, isRetry) in _up.Reader.ReadAllAsync(CancellationToken.None))
        {
            var (kind, id) = (message.Envelope.Kind, message.Id);
            Activity.Current = operations.SpanOf(id);
            try
            {
                if (stop.IsCancellationRequested)
                {
                    await GiveUpAsync(message);
                    continue;
                }

                await link.SendAsync(message, isRetry, stop);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                await FailAsync(kind, id, RemoteFault.Closed);
            }
            catch (Exception e)
            {
                logger.Defect(e);
                await FailAsync(kind, id, RemoteFault.Internal);
            }

            Interlocked.Decrement(ref _waiting);
        }
    }

    private async Task DrainAsync(RemoteLink link)
    {
        var since = time.GetTimestamp();
        while ((Volatile.Read(ref _waiting) > 0 || link.InFlight > 0) && time.GetElapsedTime(since) < shutdownTimeout && !host.WriteFailed.IsCompleted)
        {
            await Task.Delay(PollInterval, time, CancellationToken.None);
        }
    }

    private async Task GiveUpAsync(Message message)
    {
        using var owned = message;
        await FailAsync(message.Envelope.Kind, message.Id, RemoteFault.Closed);
    }

    private ValueTask FailAsync(MessageKind kind, JsonToken id, RemoteFault fault) =>
        kind == MessageKind.Request ? DownAsync(fault.ToMessage(pool, id)) : ValueTask.CompletedTask;

    private async ValueTask DownAsync(Message message)
    {
        operations.End(message);
        await host.SendOrDiscardAsync(message, CancellationToken.None);
    }
}
