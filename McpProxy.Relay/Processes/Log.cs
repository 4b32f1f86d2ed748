using Microsoft.Extensions.Logging;

namespace McpProxy.Relay.Processes;

/// <summary>What the log says of processes: event ids 2300 to 2399.</summary>
internal static partial class Log
{
    [LoggerMessage(2300, LogLevel.Information, "[{Backend}] process {ProcessId} did not leave when its stdin closed; terminating it")]
    public static partial void Terminating(this ILogger logger, string backend, int processId);

    [LoggerMessage(2301, LogLevel.Warning, "[{Backend}] process {ProcessId} did not leave when asked to; killing it")]
    public static partial void Killing(this ILogger logger, string backend, int processId);

    [LoggerMessage(2302, LogLevel.Error, "[{Backend}] process {ProcessId} could not be killed: {Reason}")]
    public static partial void KillFailed(this ILogger logger, string backend, int processId, string reason);

    [LoggerMessage(2303, LogLevel.Debug, "The guard is process {ProcessId}: it ends the servers, if this process is killed")]
    public static partial void GuardStarted(this ILogger logger, int processId);

    [LoggerMessage(2304, LogLevel.Information, "No guard: if this process is killed, servers that ignore the end of their stdin go on ({Reason})")]
    public static partial void NoGuard(this ILogger logger, string reason);

    [LoggerMessage(2305, LogLevel.Warning, "The guard, process {ProcessId}, has ended; another one is started in {Seconds} s")]
    public static partial void GuardEnded(this ILogger logger, int processId, double seconds);
}
