using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace McpProxy.Gateway.Tests.Harness;

/// <summary>Keeps what the gateway logs.</summary>
internal sealed class LogRecorder : ILoggerProvider
{
    private readonly ConcurrentQueue<Record> _records = new();

    public IEnumerable<Record> Records => _records;

    public bool Has(string text) => _records.Any(record => record.Text.Contains(text, StringComparison.Ordinal));

    public int Count(string text) => _records.Count(record => record.Text.Contains(text, StringComparison.Ordinal));

    /// <summary>Waits until something is logged.</summary>
    public Task UntilAsync(string text) => Wait.UntilAsync(() => Has(text), () => $"the log says \"{text}\"");

    public ILogger CreateLogger(string categoryName) => new Logger(this, categoryName);

    public void Dispose()
    {
        // Nothing is held.
    }

    internal sealed record Record(string Category, LogLevel Level, string Text, Exception? Exception)
    {
        public override string ToString() => $"{Level,-11} {Category}: {Text}{(Exception is null ? "" : $"\n{Exception}")}";
    }

    private sealed class Logger(LogRecorder recorder, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            recorder._records.Enqueue(new Record(category, logLevel, formatter(state, exception), exception));
    }
}
