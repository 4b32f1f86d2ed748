using McpProxy.Relay.Messages;

namespace McpProxy.Gateway.Backends;

/// <summary>An exchange whose answer is waited for as a whole; what comes before it goes to the client by another way.</summary>
internal sealed class BufferedExchange(BackendClient? client, Message request) : Exchange(client, request)
{
    private readonly TaskCompletionSource<Message> _response = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Waits for the answer.</summary>
    /// <returns>The answer, which is the caller's to dispose; or null when nobody waits for it any more.</returns>
    public async ValueTask<Message?> WaitAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await _response.Task.WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            Abandon();
            return null;
        }
    }

    /// <inheritdoc/>
    public override async ValueTask OnMessageAsync(Message message)
    {
        if (Client is { } asker)
        {
            await asker.DeliverAsync(message);
            return;
        }

        message.Dispose();
    }

    /// <summary>Lets go of an answer that nobody waits for any more.</summary>
    public void Abandon() => _ = _response.Task.ContinueWith(
        static task => task.Result.Dispose(), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);

    /// <inheritdoc/>
    protected override ValueTask OnResponseAsync(Message response)
    {
        _response.SetResult(response);
        return ValueTask.CompletedTask;
    }
}
