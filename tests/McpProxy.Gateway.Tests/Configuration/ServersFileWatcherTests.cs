using System.Collections.Concurrent;
using McpProxy.Gateway.Configuration;
using Microsoft.Extensions.Logging;

namespace McpProxy.Gateway.Tests.Configuration;

public sealed class ServersFileWatcherTests : IAsyncDisposable
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(100);

    private readonly TemporaryFolder _folder = new();
    private readonly ManualTimeProvider _time = new();
    private readonly Observer _observer = new();
    private readonly ListLogger _logger = new();
    private ServersFileWatcher? _watcher;

    private string FilePath => _folder.File("servers.json");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        if (_watcher is not null)
        {
            await _watcher.StopAsync(CancellationToken.None);
            _watcher.Dispose();
        }

        _folder.Dispose();
    }

    [Fact]
    public async Task Watch_FileWrittenInPlace_IsTakenOver()
    {
        Write("one");
        await StartAsync();

        Write("two");
        await UntilAsync(() => _observer.Seen.Contains("two"));

        Assert.Equal(["two"], _observer.Seen);
        Assert.Contains(_logger.Lines, line => line.EndsWith("servers.json has changed: 1 servers", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Watch_FileReplacedByRename_IsTakenOver()
    {
        Write("one");
        await StartAsync();

        File.WriteAllText(_folder.File(".servers.json.swp"), Json("two"));
        File.Move(_folder.File(".servers.json.swp"), FilePath, overwrite: true);
        await UntilAsync(() => _observer.Seen.Contains("two"));
    }

    [Fact]
    public async Task Watch_LinkedFolderSwapped_IsTakenOver()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Links need a privilege there.");
        // As Kubernetes mounts a ConfigMap: servers.json -> ..data/servers.json, ..data -> ..1, and ..data is swapped.
        WriteVersion("..1", "one");
        Directory.CreateSymbolicLink(_folder.File("..data"), "..1");
        File.CreateSymbolicLink(FilePath, "..data/servers.json");
        await StartAsync();

        WriteVersion("..2", "two");
        Directory.Delete(_folder.File("..data"));
        Directory.CreateSymbolicLink(_folder.File("..data"), "..2");
        await UntilAsync(() => _observer.Seen.Contains("two"));
    }

    [Fact]
    public async Task Watch_FileAndFolderCreatedLater_AreTakenOver()
    {
        var path = _folder.File("later/servers.json");
        await StartAsync(path);

        Directory.CreateDirectory(_folder.File("later"));
        File.WriteAllText(path, Json("one"));
        await UntilAsync(() => _observer.Seen.Contains("one"));
    }

    [Fact]
    public async Task Watch_FileDeletedAndCreated_KeepsWhatRunsMeanwhile()
    {
        Write("one");
        await StartAsync();

        File.Delete(FilePath);
        await UntilAsync(() => _logger.Lines.Any(line => line.EndsWith(
            "servers.json: no such file. What runs goes on as it is",
            StringComparison.Ordinal)));
        Assert.Empty(_observer.Seen);

        Write("one");
        await UntilAsync(() => _observer.Seen.Contains("one"));
    }

    [Fact]
    public async Task Watch_BrokenFile_IsLoggedWithoutItsTextAndForgivenLater()
    {
        Write("one");
        await StartAsync();

        File.WriteAllText(FilePath, "{ secret");
        await UntilAsync(() => _logger.Lines.Any(line => line.Contains("not valid JSON", StringComparison.Ordinal)));
        Assert.Empty(_observer.Seen);

        Write("two");
        await UntilAsync(() => _observer.Seen.Contains("two"));
        Assert.DoesNotContain(_logger.Lines, line => line.Contains("secret", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Watch_BadEntry_IsLogged()
    {
        Write("one");
        await StartAsync();

        File.WriteAllText(FilePath, """{ "mcpServers": { "two": { "command": "x", "odd": 1 }, "bad": { "command": 1 } } }""");
        await UntilAsync(() => _observer.Seen.Contains("two"));

        Assert.Contains(
            _logger.Lines,
            line => line.EndsWith("mcpServers.bad.command: must be a string. This entry is disabled", StringComparison.Ordinal));
        Assert.Contains(_logger.Lines, line => line.EndsWith("mcpServers.two.odd: unknown, and ignored", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Watch_SavedWithoutChange_IsNoChange()
    {
        Write("one");
        await StartAsync();

        Write("one");
        File.SetLastWriteTimeUtc(FilePath, new DateTime(2030, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        await PassAsync(ServersFileWatcher.PollInterval * 3);

        Assert.Empty(_observer.Seen);
    }

    [Fact]
    public async Task Watch_FileStillBeingWritten_IsTakenOverOnceWhenItIsQuiet()
    {
        Write("one");
        await StartAsync();

        Write("half");
        _time.Advance(ServersFileWatcher.PollInterval);
        await WaitAsync(() => _time.HasTimer(ServersFileWatcher.QuietTime));
        Write("whole");
        await UntilAsync(() => !_observer.Seen.IsEmpty);

        Assert.Equal(["whole"], _observer.Seen);
    }

    [Fact]
    public async Task Watch_ObserverThatFails_IsLoggedAndAskedAgain()
    {
        Write("one");
        await StartAsync();

        _observer.Failure = new InvalidOperationException("boom");
        Write("two");
        await UntilAsync(() => _logger.Lines.Any(line => line.EndsWith("could not be taken over", StringComparison.Ordinal)));
        _observer.Failure = null;
        Write("three");
        await UntilAsync(() => _observer.Seen.Contains("three"));
    }

    [Fact]
    public async Task Watch_ChangedBetweenStartAndWatch_IsTakenOver()
    {
        Write("one");
        var current = Reader(FilePath).Read();
        Write("two");

        await StartAsync(FilePath, current);
        await UntilAsync(() => _observer.Seen.Contains("two"));
    }

    [Fact]
    public async Task Stop_WhileWatching_EndsWithoutError()
    {
        Write("one");
        await StartAsync();

        await _watcher!.StopAsync(Cancellation);

        Assert.True(_watcher.ExecuteTask!.IsCompletedSuccessfully);
    }

    private static ServersFileReader Reader(string path) => new(path, _ => null);

    private static string Json(string name) => $$"""{ "mcpServers": { "{{name}}": { "command": "x" } } }""";

    private void Write(string name) => File.WriteAllText(FilePath, Json(name));

    private void WriteVersion(string folder, string name)
    {
        Directory.CreateDirectory(_folder.File(folder));
        File.WriteAllText(Path.Combine(_folder.File(folder), "servers.json"), Json(name));
    }

    private async Task StartAsync(string? path = null, ServersFile? current = null)
    {
        var reader = Reader(path ?? FilePath);
        _watcher = new ServersFileWatcher(reader, current ?? reader.Read(), _observer, _time, _logger);
        await _watcher.StartAsync(Cancellation);
        await WaitAsync(() => _time.HasTimer(ServersFileWatcher.PollInterval));
    }

    // Lets the watcher's time pass until something has happened; the deadline is the test's own.
    private Task UntilAsync(Func<bool> condition) => WaitAsync(() =>
    {
        _time.Advance(Step);
        return condition();
    });

    private async Task PassAsync(TimeSpan duration)
    {
        for (var passed = TimeSpan.Zero; passed < duration; passed += Step)
        {
            _time.Advance(Step);
            await Task.Delay(1, Cancellation);
        }
    }

    private static async Task WaitAsync(Func<bool> condition)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        deadline.CancelAfter(TimeSpan.FromSeconds(30));
        while (!condition())
        {
            await Task.Delay(5, deadline.Token);
        }
    }

    private sealed class Observer : IServersFileObserver
    {
        public ConcurrentQueue<string> Seen { get; } = [];

        public Exception? Failure { get; set; }

        public void ServersFileChanged(ServersFile file)
        {
            if (Failure is { } failure)
            {
                throw failure;
            }

            foreach (var name in file.Backends.Keys)
            {
                Seen.Enqueue(name);
            }
        }
    }

    private sealed class ListLogger : ILogger<ServersFileWatcher>
    {
        public ConcurrentQueue<string> Lines { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState,
            Exception?,
            string> formatter) =>
            Lines.Enqueue(formatter(state, exception));
    }
}
