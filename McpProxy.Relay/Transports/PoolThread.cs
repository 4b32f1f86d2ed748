using System.Runtime.CompilerServices;

namespace McpProxy.Relay.Transports;

/// <summary>Where work goes that would hold up what else a thread has to do, most of all one of the runtime's sockets (<see cref="SocketThreads"/>).</summary>
public static class PoolThread
{
    /// <summary>What a thread of the sockets does in a row takes a millisecond or two then.</summary>
    private const int MostInARow = 128;

    [ThreadStatic]
    private static int _inARow;

    /// <summary>
    /// Whether it is time to leave the thread to others: to be asked before each piece of work that somebody may bring along again and again.
    /// </summary>
    public static bool IsDue() => !Thread.CurrentThread.IsThreadPoolThread && ++_inARow > MostInARow;

    /// <summary>Something else had its turn on this thread.</summary>
    public static void NoteTurn() => _inARow = 0;

    /// <summary>Goes on on a thread of the pool: at once if this is one.</summary>
    public static ConfiguredTaskAwaitable SwitchAsync() => Task.CompletedTask.ConfigureAwait(
        Thread.CurrentThread.IsThreadPoolThread ? ConfigureAwaitOptions.None : ConfigureAwaitOptions.ForceYielding);
}
