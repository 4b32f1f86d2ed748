namespace McpProxy.Gateway.Backends;

/// <summary>The levels of <c>logging/setLevel</c> (MCP 2025-11-25, server/utilities/logging), in their order.</summary>
internal enum LogSeverity
{
    Debug,
    Info,
    Notice,
    Warning,
    Error,
    Critical,
    Alert,
    Emergency,
}

internal static class LogSeverities
{
    /// <summary>Reads the token of a level; an unknown one counts as the highest, so that everybody gets it.</summary>
    public static LogSeverity Read(ReadOnlySpan<byte> token) => token switch
    {
        _ when token.SequenceEqual("\"debug\""u8) => LogSeverity.Debug,
        _ when token.SequenceEqual("\"info\""u8) => LogSeverity.Info,
        _ when token.SequenceEqual("\"notice\""u8) => LogSeverity.Notice,
        _ when token.SequenceEqual("\"warning\""u8) => LogSeverity.Warning,
        _ when token.SequenceEqual("\"error\""u8) => LogSeverity.Error,
        _ when token.SequenceEqual("\"critical\""u8) => LogSeverity.Critical,
        _ when token.SequenceEqual("\"alert\""u8) => LogSeverity.Alert,
        _ => LogSeverity.Emergency,
    };

    /// <summary>The level's name in the protocol.</summary>
    public static string ToName(this LogSeverity severity) => severity switch
    {
        LogSeverity.Debug => "debug",
        LogSeverity.Info => "info",
        LogSeverity.Notice => "notice",
        LogSeverity.Warning => "warning",
        LogSeverity.Error => "error",
        LogSeverity.Critical => "critical",
        LogSeverity.Alert => "alert",
        _ => "emergency",
    };
}
