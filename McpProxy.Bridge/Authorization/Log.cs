using Microsoft.Extensions.Logging;

namespace McpProxy.Bridge.Authorization;

internal static partial class Log
{
    [LoggerMessage(2200, LogLevel.Warning, "Log in to {Server}: {Address}")]
    public static partial void LogIn(this ILogger logger, string server, string address);

    [LoggerMessage(2201, LogLevel.Information, "Authorized at {Server}")]
    public static partial void LoggedIn(this ILogger logger, string server);

    [LoggerMessage(2202, LogLevel.Warning, "Logging in failed: {Reason}")]
    public static partial void LoginFailed(this ILogger logger, string reason);

    [LoggerMessage(2203, LogLevel.Information, "Another process is logging in to the same server; waiting for it")]
    public static partial void WaitingForLogin(this ILogger logger);

    [LoggerMessage(2204, LogLevel.Warning, "The tokens in {File} cannot be read ({Reason}); they are ignored")]
    public static partial void TokenFileUnreadable(this ILogger logger, string file, string reason);

    [LoggerMessage(2205, LogLevel.Debug, "The browser could not be opened: {Reason}")]
    public static partial void BrowserFailed(this ILogger logger, string reason);
}
