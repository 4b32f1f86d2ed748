using McpProxy.Relay.Messages;
using Microsoft.Extensions.Logging;

namespace McpProxy.Bridge;

internal static partial class Log
{
    [LoggerMessage(2100, LogLevel.Information, "Relaying to {Server}")]
    public static partial void Started(this ILogger logger, string server);

    [LoggerMessage(2101, LogLevel.Warning, "The remote session has ended: {Reason}")]
    public static partial void SessionEnded(this ILogger logger, string reason);

    [LoggerMessage(2102, LogLevel.Information, "Connected again; the session is as it was")]
    public static partial void Reconnected(this ILogger logger);

    [LoggerMessage(2103, LogLevel.Warning, "A {Kind} was not sent: there is no session with the server")]
    public static partial void NotSent(this ILogger logger, MessageKind kind);

    [LoggerMessage(2104, LogLevel.Warning, "A line on stdin is no message: {Reason}")]
    public static partial void NotAMessage(this ILogger logger, string reason);

    [LoggerMessage(2105, LogLevel.Error, "Relaying failed; this is a defect of mcp-proxy")]
    public static partial void Defect(this ILogger logger, Exception exception);

    [LoggerMessage(2106, LogLevel.Error, "Standard output could not be written: {Reason}")]
    public static partial void OutputFailed(this ILogger logger, string reason);
}
