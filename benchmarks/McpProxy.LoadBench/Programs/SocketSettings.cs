namespace McpProxy.LoadBench.Programs;

/// <summary>
/// The bench's own sockets: one thread waits for all of them and runs what follows, as a native event loop does. Subjects do not inherit it.
/// </summary>
internal static class SocketSettings
{
    private const string Inline = "DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS";
    private const string Threads = "DOTNET_SYSTEM_NET_SOCKETS_THREAD_COUNT";

    /// <summary>The variables that it consists of.</summary>
    public static IReadOnlyList<string> Names { get; } = [Inline, Threads];

    /// <summary>Takes effect when it comes before the first socket.</summary>
    public static void Apply()
    {
        foreach (var name in Names)
        {
            Environment.SetEnvironmentVariable(name, "1");
        }
    }
}
