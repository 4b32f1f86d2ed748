namespace McpProxy.Relay.Remote;

/// <summary>The right to find out which transport the server speaks; given back once.</summary>
internal sealed class FindingTurn(SemaphoreSlim semaphore) : IDisposable
{
    private int _disposed;

    /// <summary>Waits for the turn.</summary>
    public static async Task<FindingTurn> TakeAsync(SemaphoreSlim semaphore, CancellationToken cancellationToken)
    {
        await semaphore.WaitAsync(cancellationToken);
        return new FindingTurn(semaphore);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            semaphore.Release();
        }
    }
}
