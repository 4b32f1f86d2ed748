using System.Globalization;

namespace McpProxy.Relay.Transports;

/// <summary>
/// Lets what comes in on a socket or pipe bring about what it does on the thread that sees it come in, instead of waking up one of the pool
/// for it: the pool's threads look for more work for a while before they sleep, which costs more than most messages do (docs/decisions, 0013
/// and 0014). <see cref="PoolThread"/> is the way out for what takes longer.
/// </summary>
public static class SocketThreads
{
    private const string RunInline = "DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS";
    private const string Count = "DOTNET_SYSTEM_NET_SOCKETS_THREAD_COUNT";
    private const string On = "1";

    private static readonly List<string> Own = [];

    /// <summary>Whether they do.</summary>
    public static bool RunContinuations { get; private set; }

    /// <summary>
    /// To be called before there is a socket or a pipe: then the runtime reads its settings (SocketAsyncEngine, .NET 10), for which it has no
    /// other place than the environment. What a user has set stays. On Windows it means nothing.
    /// </summary>
    /// <param name="threads">How many such threads there are; the runtime's default is one for each processor.</param>
    public static void RunContinuationsInline(int threads)
    {
        SetDefault(RunInline, On);
        SetDefault(Count, $"{threads}");
        RunContinuations = !OperatingSystem.IsWindows() && Environment.GetEnvironmentVariable(RunInline) == On;
        if (RunContinuations)
        {
            TurnEnd.Watch(int.TryParse(Environment.GetEnvironmentVariable(Count), CultureInfo.InvariantCulture, out var count) ? count : threads);
        }
    }

    /// <summary>Takes our settings out of the environment of a process to be started: they are none of its business.</summary>
    public static void RemoveFrom(IDictionary<string, string?> environment) => Own.ForEach(name => environment.Remove(name));

    private static void SetDefault(string name, string value)
    {
        if (Environment.GetEnvironmentVariable(name) is null)
        {
            Environment.SetEnvironmentVariable(name, value);
            Own.Add(name);
        }
    }
}
