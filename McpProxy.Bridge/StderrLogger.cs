using Microsoft.Extensions.Logging;

namespace McpProxy.Bridge;

/// <summary>Writes each log record to stderr as one line: time of day, level, message. Stdout belongs to the protocol.</summary>
/// <param name="error">Takes a line from any thread, and neither waits nor throws.</param>
/// <param name="minimum">From which level on records are written.</param>
/// <param name="time">The clock.</param>
internal sealed class StderrLogger(TextWriter error, LogLevel minimum, TimeProvider time) : ILogger
{
    /// <inheritdoc/>
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    /// <inheritdoc/>
    public bool IsEnabled(LogLevel logLevel) => logLevel >= minimum && minimum != LogLevel.None;

    /// <inheritdoc/>
    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (!IsEnabled(logLevel))
        {
            return;
        }

        var line = $"{time.GetLocalNow():HH:mm:ss} {Label(logLevel)} {formatter(state, exception).ReplaceLineEndings(" ")}";
        error.WriteLine(exception is null ? line : $"{line}{error.NewLine}{exception}");
    }

    private static string Label(LogLevel level) => level switch
    {
        LogLevel.Trace => "trace ",
        LogLevel.Debug => "debug ",
        LogLevel.Information => "info  ",
        LogLevel.Warning => "warn  ",
        LogLevel.Error => "error ",
        _ => "fatal ",
    };
}
