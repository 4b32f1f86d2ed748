namespace McpProxy.Relay.Tests;

internal static class Allocations
{
    /// <summary>How many bytes this thread allocates in so many runs, once everything is warm.</summary>
    public static long Of(int runs, Action action)
    {
        for (var i = 0; i < runs; i++)
        {
            action();
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < runs; i++)
        {
            action();
        }

        return GC.GetAllocatedBytesForCurrentThread() - before;
    }
}
