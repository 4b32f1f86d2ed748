namespace McpProxy.Relay.Processes;

/// <summary>How long stopping a server may take; it may become less, and what is being stopped then hurries up.</summary>
public sealed class StopLimit
{
    private readonly Lock _gate = new();
    private TaskCompletionSource _shortened = NewSignal();
    private TimeSpan _limit = ServerProcess.StopTime;

    /// <summary>The limit, and what is done when it becomes less.</summary>
    public (TimeSpan Limit, Task Shortened) Now
    {
        get
        {
            lock (_gate)
            {
                return (_limit, _shortened.Task);
            }
        }
    }

    /// <summary>There is no more time than this from now on.</summary>
    public void Shorten(TimeSpan limit)
    {
        lock (_gate)
        {
            if (limit < _limit)
            {
                _limit = limit;
                _shortened.SetResult();
                _shortened = NewSignal();
            }
        }
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
