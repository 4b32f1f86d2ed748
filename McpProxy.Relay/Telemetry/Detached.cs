using System.Diagnostics;

namespace McpProxy.Relay.Telemetry;

/// <summary>
/// Starts what outlives the request that happens to start it: it must not go on as a part of that request, whose trace it would carry for
/// as long as it runs.
/// </summary>
public static class Detached
{
    /// <summary>Starts work outside of whatever trace and scope there is.</summary>
    public static T Start<T>(Func<T> work)
    {
        var before = Activity.Current;
        Activity.Current = null; // The work may begin on this thread.
        try
        {
            if (ExecutionContext.IsFlowSuppressed())
            {
                return work();
            }

            using (ExecutionContext.SuppressFlow())
            {
                return work();
            }
        }
        finally
        {
            Activity.Current = before;
        }
    }
}
