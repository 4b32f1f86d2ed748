using Microsoft.Extensions.Logging;

namespace McpProxy.Bridge;

/// <summary>Writes each log record to stderr as one line: time of day, level, message. Stdout belongs to the protocol.</summary>
internal sealed class StderrLogger(TextWriter error, LogLevel minimum, TimeProvider time) : ILogger
{
    private readonly Lock _gate = new();

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
        try
        {
            lock (_gate)
            {
                error.WriteLine(line);
                if (exception is not null)
                {
                    error.WriteLine(exception);
                }
            }
        }
        catch (IOException)
        {
            // Nobody reads stderr any more, and that ends nobody's session.
        }
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
