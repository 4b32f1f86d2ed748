using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace McpProxy.Gateway.Logging;

/// <summary>Writes a log record as one line: time of day, level, message. The messages name their backend or session themselves.</summary>
internal sealed class LineFormatter(TimeProvider time) : ConsoleFormatter(FormatterName)
{
    /// <summary>The name that selects it.</summary>
    public const string FormatterName = "line";

    /// <inheritdoc/>
    public override void Write<TState>(in LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
    {
        var message = logEntry.Formatter(logEntry.State, logEntry.Exception);
        textWriter.Write(time.GetLocalNow().ToString("HH:mm:ss"));
        textWriter.Write(Label(logEntry.LogLevel));
        textWriter.WriteLine(message.ReplaceLineEndings(" "));
        if (logEntry.Exception is { } exception)
        {
            textWriter.WriteLine(exception);
        }
    }

    private static string Label(LogLevel level) => level switch
    {
        LogLevel.Trace => " trace  ",
        LogLevel.Debug => " debug  ",
        LogLevel.Information => " info   ",
        LogLevel.Warning => " warn   ",
        LogLevel.Error => " error  ",
        _ => " fatal  ",
    };
}
