using Microsoft.Extensions.Logging;

namespace McpProxy.Relay.Configuration;

/// <summary>The names of log levels: those of Python, which this tool's users know, and those of .NET, in any case.</summary>
public static class LogLevelName
{
    /// <summary>What a level looks like.</summary>
    public const string Wanted = "TRACE, DEBUG, INFO, WARNING, ERROR, CRITICAL or NONE";

    /// <summary>Reads a level.</summary>
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
