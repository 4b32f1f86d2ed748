namespace McpProxy.Relay.Tests;

/// <summary>Threads that are none of the pool's, as those of the runtime's sockets are.</summary>
internal static class OwnThread
{
    /// <summary>Runs on a new thread; whatever waits for it goes on elsewhere.</summary>
    public static Task<T> RunAsync<T>(Func<T> work)
    {
        var result = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        var thread = new Thread(() =>
        {
            try
            {
                result.SetResult(work());
            }
            catch (Exception e)
            {
                result.SetException(e);
            }
        })
        {
            IsBackground = true,
        };
        thread.Start();
        return result.Task;
    }
}
