using System.Threading.Tasks.Sources;
using McpProxy.Relay.Messages;

namespace McpProxy.Gateway.Backends;

/// <summary>An exchange whose answer is waited for as a whole, once; what comes before it goes to the client by another way.</summary>
internal sealed class BufferedExchange(BackendClient? client, Message request) : Exchange(client, request), IValueTaskSource<Message?>, IWaiter
{
    private ManualResetValueTaskSourceCore<Message?> _answer = new() { RunContinuationsAsynchronously = true };
    private Message? _response;
    private CancellationTokenRegistration _left;
    private int _answered;

    /// <summary>Waits for the answer.</summary>
    /// <returns>The answer, which is the caller's to dispose; or null when nobody waits for it any more.</returns>
    public ValueTask<Message?> WaitAsync(CancellationToken cancellationToken)
    {
        _left = cancellationToken.UnsafeRegister(static exchange => ((BufferedExchange)exchange!).Answer(null), this);
        return new ValueTask<Message?>(this, _answer.Version);
    }

    /// <summary>Lets go of the answer, whenever it comes, instead of waiting for it.</summary>
    public async Task DiscardAsync()
    {
        using var answer = await WaitAsync(CancellationToken.None);
    }

    /// <inheritdoc/>
    public override async ValueTask OnMessageAsync(Message message, Wakeups? wakeups = null)
    {
        if (Client is { } asker)
        {
            await asker.DeliverAsync(message);
            return;
        }

        message.Dispose();
    }

    /// <inheritdoc/>
    protected override ValueTask OnResponseAsync(Message response, Wakeups? wakeups)
    {
        Answer(response, wakeups);
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public void GoOn()
    {
        _answer.RunContinuationsAsynchronously = false;
        _answer.SetResult(_response);
    }

    private void Answer(Message? answer, Wakeups? wakeups = null)
    {
        if (Interlocked.Exchange(ref _answered, 1) != 0)
        {
            answer?.Dispose(); // Nobody waits for it any more.
        }
        else if (wakeups is null)
        {
            _answer.SetResult(answer);
        }
        else
        {
            _response = answer;
            wakeups.Add(this);
        }
    }

    Message? IValueTaskSource<Message?>.GetResult(short token)
    {
        _left.Unregister();
        return _answer.GetResult(token);
    }

    ValueTaskSourceStatus IValueTaskSource<Message?>.GetStatus(short token) => _answer.GetStatus(token);

    void IValueTaskSource<Message?>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _answer.OnCompleted(continuation, state, token, flags);
}
