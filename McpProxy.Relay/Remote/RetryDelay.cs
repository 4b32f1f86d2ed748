namespace McpProxy.Relay.Remote;

/// <summary>How long to wait before something is tried again: longer each time that it fails, never twice the same.</summary>
/// <param name="time">The clock.</param>
public sealed class RetryDelay(TimeProvider time)
{
    private const int MaxFailures = 5;
    private const double Jitter = 0.25;

    private static readonly TimeSpan First = TimeSpan.FromSeconds(0.5);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LongestWanted = TimeSpan.FromHours(1);

    private int _failures;

    /// <summary>Whether it has failed so often in a row that somebody who waits should be told.</summary>
    public bool IsExhausted => _failures >= MaxFailures;

    /// <summary>Whether the last attempt failed.</summary>
    public bool HasFailed => _failures > 0;

    /// <summary>The next wait.</summary>
    /// <param name="wanted">How long the server asked to wait, if it did.</param>
    public TimeSpan Next(TimeSpan? wanted = null)
    {
        var backoff = First * Math.Pow(2, Math.Min(_failures, 10));
        backoff = backoff < Longest ? backoff : Longest;

        // The time that the server asks for is waited in any case (2025-11-25, transports, sending messages), within reason.
        wanted = wanted < LongestWanted ? wanted : wanted is null ? null : LongestWanted;
        var delay = wanted > backoff || (_failures == 0 && wanted is not null) ? wanted.Value : backoff;
        return delay * (1 + (Random.Shared.NextDouble() * Jitter));
    }

    /// <summary>Waits.</summary>
    /// <param name="wanted">How long the server asked to wait, if it did.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task WaitAsync(TimeSpan? wanted, CancellationToken cancellationToken) => Task.Delay(Next(wanted), time, cancellationToken);

    /// <summary>Notes how the attempt went.</summary>
    /// <param name="isProgress">Whether it was of use: then the next wait is short again.</param>
    public void Note(bool isProgress) => _failures = isProgress ? 0 : _failures + 1;
}
