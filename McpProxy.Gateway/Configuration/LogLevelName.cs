namespace McpProxy.Gateway.Configuration;

/// <summary>The names of log levels: those of Python, which this tool's users know, and those of .NET, in any case.</summary>
internal static class LogLevelName
{
    public const string Wanted = "TRACE, DEBUG, INFO, WARNING, ERROR, CRITICAL or NONE";

    public static bool TryRead(string text, out LogLevel level)
    {
        LogLevel? found = text.ToUpperInvariant() switch
        {
            "TRACE" => LogLevel.Trace,
            "DEBUG" => LogLevel.Debug,
            "INFO" or "INFORMATION" => LogLevel.Information,
            "WARNING" => LogLevel.Warning,
            "ERROR" => LogLevel.Error,
            "CRITICAL" => LogLevel.Critical,
            "NONE" => LogLevel.None,
            _ => null,
        };
        level = found ?? LogLevel.Information;
        return found is not null;
    }
}
