using System.Text.Json;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace McpProxy.Samples.Everything.Logging;

/// <summary>Sends log messages to the client that called a tool, from the level on that it asked for.</summary>
internal static class ClientLog
{
    private const string LoggerName = "everything-server";

    /// <summary>Sends one <c>notifications/message</c>, or nothing when the client wants only more severe ones.</summary>
    public static async Task<bool> LogAsync(
        this RequestContext<CallToolRequestParams> request, LoggingLevel level, string message, CancellationToken cancellationToken)
    {
        if (MinimumLevel(request) is not { } minimum || level < minimum)
        {
            return false;
        }

        var parameters = new LoggingMessageNotificationParams
        {
            Level = level,
            Logger = LoggerName,
            Data = JsonSerializer.SerializeToElement(message),
        };
        await request.Server.SendNotificationAsync(
            NotificationMethods.LoggingMessageNotification, parameters, cancellationToken: cancellationToken);
        return true;
    }

    // Revision 2026-07-28, server/utilities/logging: no log message unless this request's _meta names a level.
    // Before that, the level of logging/setLevel counts, and without one the server decides: all.
    private static LoggingLevel? MinimumLevel(RequestContext<CallToolRequestParams> request) =>
        request.IsModern()
            ? request.JsonRpcRequest.Context?.LogLevel
            : request.Server.LoggingLevel ?? LoggingLevel.Debug;
}
