using McpProxy.Relay.Messages;

namespace McpProxy.Gateway.Backends;

/// <summary>What the log says of backends: event ids 1000 to 1099.</summary>
internal static partial class Log
{
    [LoggerMessage(1000, LogLevel.Information, "[{Backend}] {Line}")]
    public static partial void Stderr(this ILogger logger, string backend, string line);

    [LoggerMessage(1001, LogLevel.Debug, "[{Backend}] started process {ProcessId}")]
    public static partial void ChildStarted(this ILogger logger, string backend, int processId);

    [LoggerMessage(1002, LogLevel.Error, "[{Backend}] the command \"{Command}\" was not found on its PATH, or is not executable{Hint}")]
    public static partial void CommandNotFound(this ILogger logger, string backend, string command, string hint);

    [LoggerMessage(1003, LogLevel.Error, "[{Backend}] the working directory \"{Directory}\" does not exist")]
    public static partial void WorkingDirectoryMissing(this ILogger logger, string backend, string directory);

    [LoggerMessage(1004, LogLevel.Error, "[{Backend}] could not be started: {Reason}")]
    public static partial void StartFailed(this ILogger logger, string backend, string reason);

    [LoggerMessage(1005, LogLevel.Information, "[{Backend}] initialized, revision {Revision}")]
    public static partial void Initialized(this ILogger logger, string backend, string revision);

    [LoggerMessage(1006, LogLevel.Error, "[{Backend}] did not answer initialize within {Seconds} s (--initialize-timeout)")]
    public static partial void InitializeTimeout(this ILogger logger, string backend, double seconds);

    [LoggerMessage(1007, LogLevel.Error, "[{Backend}] refused initialize: {Answer}")]
    public static partial void InitializeRefused(this ILogger logger, string backend, string answer);

    [LoggerMessage(1008, LogLevel.Warning, "[{Backend}] {Detail}; {Action} again in {Seconds} s (restart {Count})")]
    public static partial void RestartingIn(this ILogger logger, string backend, double seconds, string detail, int count, string action);

    [LoggerMessage(1009, LogLevel.Warning, "[{Backend}] wrote something to stdout that is no message, and it was ignored: {Fault}")]
    public static partial void NotAMessage(this ILogger logger, string backend, ScanFault fault);

    [LoggerMessage(1010, LogLevel.Debug, "[{Backend}] sent {Method} about what is nobody's, or nobody's yet")]
    public static partial void AboutNothingKnown(this ILogger logger, string backend, string method);

    [LoggerMessage(1011, LogLevel.Warning, "[{Backend}] a message {Direction} was not delivered: {Reason}")]
    public static partial void NotDelivered(this ILogger logger, string backend, string direction, string reason);

    [LoggerMessage(1012, LogLevel.Warning, "[{Backend}] a request of the server was refused: {Reason}")]
    public static partial void ServerRequestRefused(this ILogger logger, string backend, string reason);

    [LoggerMessage(1013, LogLevel.Information, "[{Backend}] speaks revision 2026-07-28: {IsModern}")]
    public static partial void Probed(this ILogger logger, string backend, bool isModern);

    [LoggerMessage(1017, LogLevel.Debug, "[{Backend}] process {ProcessId} ended with code {ExitCode}")]
    public static partial void ChildStopped(this ILogger logger, string backend, int processId, int exitCode);

    [LoggerMessage(1018, LogLevel.Debug, "[{Backend}] starting ({Change} in the configuration)")]
    public static partial void Configured(this ILogger logger, string backend, string change);

    [LoggerMessage(1021, LogLevel.Information, "[{Backend}] stopping")]
    public static partial void Stopping(this ILogger logger, string backend);

    [LoggerMessage(1019, LogLevel.Error, "[{Backend}] the loop that keeps it running failed")]
    public static partial void LinkFailed(this ILogger logger, Exception exception, string backend);

    [LoggerMessage(1022, LogLevel.Warning, "[{Backend}] a request was not answered ({Method}): {Reason}")]
    public static partial void Unanswered(this ILogger logger, string backend, string method, string reason);

    [LoggerMessage(1023, LogLevel.Information, "[{Backend}] an operator had it started anew")]
    public static partial void Restarted(this ILogger logger, string backend);

    [LoggerMessage(1024, LogLevel.Error, "[{Backend}] {Detail}; given up after {Count} times (--max-restarts)")]
    public static partial void GivenUp(this ILogger logger, string backend, int count, string detail);

    [LoggerMessage(1025, LogLevel.Debug, "[{Backend}] {Detail} before the client was answered; another one takes its place")]
    public static partial void Replaced(this ILogger logger, string backend, string detail);

    [LoggerMessage(1026, LogLevel.Debug, "[{Backend}] a client's answer was not delivered: what asked has ended")]
    public static partial void AnswerTooLate(this ILogger logger, string backend);

    [LoggerMessage(1027, LogLevel.Error, "[{Backend}] could not be stopped in good order")]
    public static partial void StopFailed(this ILogger logger, Exception exception, string backend);

    [LoggerMessage(1028, LogLevel.Debug, "[{Backend}] a client's message was not delivered: it left before the backend ran")]
    public static partial void Abandoned(this ILogger logger, string backend);

    [LoggerMessage(1020, LogLevel.Warning, "{Remark}")]
    public static partial void Remark(this ILogger logger, string remark);
}
