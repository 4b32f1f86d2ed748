using System.Threading.Tasks.Sources;
using McpProxy.Relay.Messages;
using McpProxy.Relay.Transports;

namespace McpProxy.Gateway.Tests.Backends;

/// <summary>A transport that receives what a test brings; whoever waits for it goes on within <see cref="Bring"/>, on the same thread.</summary>
internal sealed class FedTransport : ITransport, IValueTaskSource<Received>
{
    private readonly Lock _gate = new();
    private readonly Queue<Received> _rest = [];
    private bool _isWaited;
    private ManualResetValueTaskSourceCore<Received> _next;

    public long QueuedBytes => 0;

    public static Received Ended { get; } = new(null, ScanFault.None, default, EndReason.PeerClosed);

    public static Received Of(Message message) => new(message, ScanFault.None, default, EndReason.None);

    /// <summary>Ends the wait under way, or the next one: all of this is there at once.</summary>
    public void Bring(params Received[] received)
    {
        Received first;
        lock (_gate)
        {
            foreach (var next in received)
            {
                _rest.Enqueue(next);
            }

            if (!_isWaited)
            {
                return;
            }

            (_isWaited, first) = (false, _rest.Dequeue());
        }

        _next.SetResult(first);
    }

    public ValueTask<bool> SendAsync(Message message, CancellationToken cancellationToken)
    {
        message.Dispose();
        return new ValueTask<bool>(true);
    }

    public ValueTask<Received> ReceiveAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (_rest.TryDequeue(out var next))
            {
                return new ValueTask<Received>(next);
            }

            _next.Reset();
            _isWaited = true;
            return new ValueTask<Received>(this, _next.Version);
        }
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    Received IValueTaskSource<Received>.GetResult(short token) => _next.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource<Received>.GetStatus(short token) => _next.GetStatus(token);

    void IValueTaskSource<Received>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _next.OnCompleted(continuation, state, token, flags);
}
