namespace McpProxy.Gateway.Configuration;

/// <summary>Reads the servers file again when it has changed, and tells the observer.</summary>
/// <remarks>
/// The content decides, not times or names: a save that changes nothing is no change, and it does not matter whether the file
/// was written to, replaced, deleted and created, or reached through links that were swapped.
/// </remarks>
internal sealed class ServersFileWatcher(
    ServersFileReader reader,
    ServersFile current,
    IServersFileObserver observer,
    TimeProvider timeProvider,
    ILogger<ServersFileWatcher> logger) : BackgroundService
{
    /// <summary>How often to look, whether there was a notification or not: inotify misses what happens on network mounts.</summary>
    public static readonly TimeSpan PollInterval = TimeSpan.FromSeconds(3);

    /// <summary>How long the content must stay the same before it counts: an editor may still be writing.</summary>
    public static readonly TimeSpan QuietTime = TimeSpan.FromMilliseconds(300);

    private readonly string _folder = Path.GetDirectoryName(reader.Path)!;
    private string _fingerprint = current.Fingerprint;
    private FolderSignal? _signal;

    /// <inheritdoc/>
    public override void Dispose()
    {
        _signal?.Dispose();
        base.Dispose();
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(PollInterval, timeProvider);
        try
        {
            var tick = timer.WaitForNextTickAsync(stoppingToken).AsTask();
            while (true)
            {
                Watch();
                await CheckAsync(stoppingToken);
                await Task.WhenAny(tick, _signal?.Next ?? tick);
                if (tick.IsCompleted)
                {
                    await tick;
                    tick = timer.WaitForNextTickAsync(stoppingToken).AsTask();
                }
                else
                {
                    // One look for a burst of notifications, which a busy folder sends without end.
                    await Task.Delay(QuietTime, timeProvider, stoppingToken);
                }

                _signal?.Rearm();
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The host stops.
        }
    }

    private void Watch()
    {
        if (_signal is { HasFailed: false })
        {
            return;
        }

        _signal?.Dispose();
        _signal = null;
        try
        {
            _signal = new FolderSignal(_folder);
        }
        catch (Exception exception) when (exception is IOException or ArgumentException or UnauthorizedAccessException)
        {
            logger.NoNotifications(exception, reader.Path, PollInterval.TotalSeconds);
        }
    }

    private async Task CheckAsync(CancellationToken cancellationToken)
    {
        try
        {
            if (await ReadSettledAsync(cancellationToken) is { } file)
            {
                _fingerprint = file.Fingerprint;
                TakeOver(file);
            }
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            // Whatever the observer met: the watch goes on, and the next change gets its chance.
            logger.ChangeFailed(exception, reader.Path);
        }
    }

    private async Task<ServersFile?> ReadSettledAsync(CancellationToken cancellationToken)
    {
        var seen = reader.ReadFingerprint();
        while (seen != _fingerprint)
        {
            await Task.Delay(QuietTime, timeProvider, cancellationToken);
            var file = reader.Read();
            if (file.Fingerprint == seen)
            {
                return file;
            }

            seen = file.Fingerprint;
        }

        return null;
    }

    private void TakeOver(ServersFile file)
    {
        if (file.Failure is { } failure)
        {
            logger.FileUnusable(failure);
            return;
        }

        logger.FileChanged(file.Path, file.Backends.Count);
        logger.Report(file);
        observer.ServersFileChanged(file);
    }
}
