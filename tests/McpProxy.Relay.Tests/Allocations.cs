namespace McpProxy.Relay.Tests;

internal static class Allocations
{
    private const int Rounds = 5;

    /// <summary>
    /// How many bytes this thread allocates in so many runs, once everything is warm. The least of some rounds: a garbage collection that
    /// other tests bring about empties the array pool in between.
    /// </summary>
    public static long Of(int runs, Action action)
    {
        Run(runs, action);
        return Enumerable.Range(0, Rounds).Min(_ => Run(runs, action));
    }

    private static long Run(int runs, Action action)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < runs; i++)
        {
            action();
        }

        return GC.GetAllocatedBytesForCurrentThread() - before;
    }
}
