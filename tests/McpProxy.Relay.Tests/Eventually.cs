namespace McpProxy.Relay.Tests;

/// <summary>Waits for conditions. The test's own deadline ends a wait that is in vain.</summary>
internal static class Eventually
{
    /// <summary>How long a test may take, in milliseconds: only a hang does.</summary>
    public const int Deadline = 60_000;

    public static async Task TrueAsync(Func<bool> condition, CancellationToken cancellationToken)
    {
        using var pause = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
        while (!condition())
        {
            await pause.WaitForNextTickAsync(cancellationToken);
        }
    }
}
