namespace McpProxy.Bridge;

/// <summary>
/// Lets what an answer brings about happen on the thread that sees it come in, instead of waking up one of the pool for it: for calls one
/// after the other that is more than half of the CPU time, because the pool's threads look for more work for a while before they sleep.
/// </summary>
internal static class SocketThreads
{
    private const string RunInline = "DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS";
    private const string Count = "DOTNET_SYSTEM_NET_SOCKETS_THREAD_COUNT";

    /// <summary>With one alone, a connection that much comes in on would hold up all others.</summary>
    private const int AtLeast = 2;

    /// <summary>The runtime's default is one for each processor, and each is a thread that most bridges have no work for.</summary>
    private const int AtMost = 4;

    /// <summary>
    /// To be called before there is a socket: then the runtime reads its settings (SocketAsyncEngine, .NET 10), for which it has no other
    /// place than the environment. What a user has set stays. On Windows it means nothing.
    /// </summary>
    public static void RunContinuationsInline()
    {
        SetDefault(RunInline, "1");
        SetDefault(Count, $"{Math.Clamp(Environment.ProcessorCount, AtLeast, AtMost)}");
    }

    private static void SetDefault(string name, string value)
    {
        if (Environment.GetEnvironmentVariable(name) is null)
        {
            Environment.SetEnvironmentVariable(name, value);
        }
    }
}
