namespace McpProxy.Gateway.Sessions;

/// <summary>What the log says of sessions: event ids 1100 to 1199.</summary>
internal static partial class Log
{
    [LoggerMessage(1100, LogLevel.Debug, "Session {Session} with {Backend} opened")]
    public static partial void Opened(this ILogger logger, string session, string backend);

    [LoggerMessage(1101, LogLevel.Debug, "Session {Session} with {Backend} ended: {Reason}")]
    public static partial void Ended(this ILogger logger, string session, string backend, string reason);

    [LoggerMessage(1102, LogLevel.Warning, "A session was refused: {Limit} are open already (--max-sessions)")]
    public static partial void TooManySessions(this ILogger logger, int limit);

    [LoggerMessage(1103, LogLevel.Warning, "Session {Session}: {Count} events so far were dropped, because no stream was open for them (--replay-events, --replay-size)")]
    public static partial void EventsDropped(this ILogger logger, string session, int count);

    [LoggerMessage(1104, LogLevel.Error, "Session {Session} with {Backend} could not be ended")]
    public static partial void EndFailed(this ILogger logger, Exception exception, string session, string backend);

    [LoggerMessage(1105, LogLevel.Error, "A request to {Backend} could not be relayed")]
    public static partial void RequestFailed(this ILogger logger, Exception exception, string backend);

    [LoggerMessage(1106, LogLevel.Debug, "Session {Session}: a message to {Backend} was not sent: {Reason}")]
    public static partial void NotSent(this ILogger logger, string session, string backend, string reason);
}
