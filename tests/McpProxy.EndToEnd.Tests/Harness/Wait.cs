namespace McpProxy.EndToEnd.Tests.Harness;

/// <summary>Waits for conditions, each with a deadline that only a hang can reach.</summary>
internal static class Wait
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    public static Task UntilAsync(Func<bool> condition, Func<string> explain, CancellationToken cancellationToken) =>
        UntilAsync(() => ValueTask.FromResult(condition()), met => met, explain, cancellationToken);

    /// <summary>Probes until the outcome is accepted; the failure says what was waited for.</summary>
    public static async Task<T> UntilAsync<T>(
        Func<ValueTask<T>> probe, Func<T, bool> accept, Func<string> explain, CancellationToken cancellationToken)
    {
        using var deadline = Deadline(cancellationToken);
        using var pause = new PeriodicTimer(Pause);
        try
        {
            while (true)
            {
                var outcome = await probe();
                if (accept(outcome))
                {
                    return outcome;
                }

                await pause.WaitForNextTickAsync(deadline.Token);
            }
        }
        catch (OperationCanceledException expired) when (deadline.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"Not within {Patience}: {explain()}", expired);
        }
    }

    /// <summary>A source that is cancelled with the test, or after <see cref="Patience"/>.</summary>
    public static CancellationTokenSource Deadline(CancellationToken cancellationToken)
    {
        var source = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        source.CancelAfter(Patience);
        return source;
    }
}
