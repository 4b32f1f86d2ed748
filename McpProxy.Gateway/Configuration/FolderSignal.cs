namespace McpProxy.Gateway.Configuration;

/// <summary>Hints that something has happened in a folder. Only hints: network mounts give none.</summary>
internal sealed class FolderSignal : IDisposable
{
    private readonly FileSystemWatcher _watcher;
    private volatile TaskCompletionSource _next = NewSource();

    /// <summary>Starts to watch.</summary>
    /// <exception cref="ArgumentException">The folder does not exist.</exception>
    /// <exception cref="IOException">The system gives no more notifications.</exception>
    public FolderSignal(string folder)
    {
        // Everything in the folder counts: Kubernetes swaps a link beside the file, editors rename another file over it.
        _watcher = new FileSystemWatcher(folder);
        _watcher.Changed += (_, _) => Raise();
        _watcher.Created += (_, _) => Raise();
        _watcher.Deleted += (_, _) => Raise();
        _watcher.Renamed += (_, _) => Raise();
        _watcher.Error += (_, _) => HasFailed = true;
        _watcher.EnableRaisingEvents = true;
    }

    /// <summary>Whether no more hints will come.</summary>
    public bool HasFailed { get; private set; }

    /// <summary>Ends at the next hint.</summary>
    public Task Next => _next.Task;

    /// <summary>Forgets the hints so far.</summary>
    public void Rearm() => _next = NewSource();

    /// <inheritdoc/>
    public void Dispose() => _watcher.Dispose();

    private static TaskCompletionSource NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private void Raise() => _next.TrySetResult();
}
