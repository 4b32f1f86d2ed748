using Microsoft.Extensions.Logging;

namespace McpProxy.Relay.Remote;

internal static partial class Log
{
    [LoggerMessage(2000, LogLevel.Debug, "The server is reached over {Transport}")]
    public static partial void Reached(this ILogger logger, string transport);

    [LoggerMessage(2001, LogLevel.Debug, "The server has opened a session; it speaks {Revision}")]
    public static partial void SessionOpened(this ILogger logger, string revision);

    [LoggerMessage(2002, LogLevel.Warning, "The session with the server has ended: {Reason}")]
    public static partial void SessionEnded(this ILogger logger, string reason);

    [LoggerMessage(2003, LogLevel.Warning, "{Method} failed: {Reason}")]
    public static partial void CallFailed(this ILogger logger, string method, string reason);

    [LoggerMessage(2004, LogLevel.Debug, "What happened: {Type}: {Message}")]
    public static partial void Details(this ILogger logger, string type, string message);

    public static void Details(this ILogger logger, Exception exception) =>
        logger.Details(exception.GetBaseException().GetType().Name, exception.GetBaseException().Message);

    [LoggerMessage(2005, LogLevel.Warning, "The server sent what is no message: {Reason}")]
    public static partial void NotAMessage(this ILogger logger, string reason);

    [LoggerMessage(2006, LogLevel.Warning, "A {Kind} could not be sent to the server: {Reason}")]
    public static partial void NotDelivered(this ILogger logger, string kind, string reason);

    [LoggerMessage(2007, LogLevel.Debug, "The server has no stream for messages of its own (HTTP {Status})")]
    public static partial void NoOwnStream(this ILogger logger, int status);

    [LoggerMessage(2008, LogLevel.Debug, "The stream for the server's own messages was closed; it is opened again in {Seconds} s")]
    public static partial void StreamClosed(this ILogger logger, double seconds);

    [LoggerMessage(2009, LogLevel.Warning, "The server could not be told that the session ends: {Reason}")]
    public static partial void CloseFailed(this ILogger logger, string reason);

    [LoggerMessage(2010, LogLevel.Error, "Relaying failed; this is a defect of mcp-proxy")]
    public static partial void Defect(this ILogger logger, Exception exception);

    [LoggerMessage(2011, LogLevel.Warning, "The tool {Tool} marks its parameters for headers in a way that is not allowed: {Reason}; its calls go without these headers")]
    public static partial void BadParamHeaders(this ILogger logger, string tool, string reason);

    [LoggerMessage(2012, LogLevel.Debug, "A response was resumed after {EventId}")]
    public static partial void Resumed(this ILogger logger, string eventId);

    [LoggerMessage(2013, LogLevel.Debug, "A response to no request in flight was dropped")]
    public static partial void UnknownAnswer(this ILogger logger);
}
