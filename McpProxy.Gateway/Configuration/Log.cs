namespace McpProxy.Gateway.Configuration;

/// <summary>What configuration has to say; event ids 1800 to 1899.</summary>
internal static partial class Log
{
    /// <summary>Writes everything that was found wrong or doubtful in a servers file.</summary>
    public static void Report(this ILogger logger, ServersFile file)
    {
        foreach (var error in file.Errors)
        {
            logger.EntryDisabled(file.Path, error);
        }

        foreach (var warning in file.Warnings)
        {
            logger.EntryDoubtful(file.Path, warning);
        }
    }

    [LoggerMessage(1800, LogLevel.Information, "{Path} has changed: {Count} servers")]
    public static partial void FileChanged(this ILogger logger, string path, int count);

    [LoggerMessage(1801, LogLevel.Error, "{Failure}. What runs goes on as it is")]
    public static partial void FileUnusable(this ILogger logger, string failure);

    [LoggerMessage(1802, LogLevel.Error, "{Path}: {Mistake}. This entry is disabled")]
    public static partial void EntryDisabled(this ILogger logger, string path, string mistake);

    [LoggerMessage(1803, LogLevel.Warning, "{Path}: {Remark}")]
    public static partial void EntryDoubtful(this ILogger logger, string path, string remark);

    [LoggerMessage(1804, LogLevel.Error, "{Path} has changed, but the change could not be taken over")]
    public static partial void ChangeFailed(this ILogger logger, Exception exception, string path);

    [LoggerMessage(1805, LogLevel.Debug, "No notifications for {Path}: it is looked at every {Seconds} s")]
    public static partial void NoNotifications(this ILogger logger, Exception exception, string path, double seconds);
}
