namespace McpProxy.Samples.Everything.Progress;

/// <summary>Remembers the cancelled calls of the tool <c>slow</c>.</summary>
internal sealed class CancelledCallRegistry
{
    private readonly Lock _lock = new();
    private int _count;
    private CancelledCall? _last;

    public void Add(CancelledCall call)
    {
        lock (_lock)
        {
            _count++;
            _last = call;
        }
    }

    public CancelledCalls Snapshot()
    {
        lock (_lock)
        {
            return new CancelledCalls(_count, _last);
        }
    }
}

/// <param name="Label">The <c>label</c> that the call was given.</param>
/// <param name="StepsDone">How many steps it had finished.</param>
/// <param name="Steps">How many it was to do.</param>
internal sealed record CancelledCall(string? Label, int StepsDone, int Steps);

/// <param name="Count">Calls cancelled since the process started.</param>
/// <param name="Last">The most recent of them, or null.</param>
internal sealed record CancelledCalls(int Count, CancelledCall? Last);
