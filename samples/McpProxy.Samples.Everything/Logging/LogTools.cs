using System.ComponentModel;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace McpProxy.Samples.Everything.Logging;

/// <summary>Tools that log to the client.</summary>
[McpServerToolType]
internal sealed class LogTools(TimeProvider time)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    [McpServerTool(Name = "test_tool_with_logging", ReadOnly = true)]
    [Description("Sends three log messages at level info, 50 ms apart, while it runs.")]
    public async Task<string> ToolWithLoggingAsync(RequestContext<CallToolRequestParams> request, CancellationToken cancellationToken)
    {
        await request.LogAsync(LoggingLevel.Info, "Tool execution started", cancellationToken);
        await Task.Delay(Pause, time, cancellationToken);
        await request.LogAsync(LoggingLevel.Info, "Tool processing data", cancellationToken);
        await Task.Delay(Pause, time, cancellationToken);
        await request.LogAsync(LoggingLevel.Info, "Tool execution completed", cancellationToken);
        return "Tool with logging executed successfully";
    }

    [McpServerTool(Name = "log_levels", ReadOnly = true)]
    [Description("Sends one log message at every level, debug to emergency; the client's log level leaves out the lower ones.")]
    public static async Task<string> LogLevelsAsync(RequestContext<CallToolRequestParams> request, CancellationToken cancellationToken)
    {
        var sent = 0;
        foreach (var level in Enum.GetValues<LoggingLevel>())
        {
            sent += await request.LogAsync(level, $"A message at level {level.ToString().ToLowerInvariant()}", cancellationToken) ? 1 : 0;
        }

        return $"Sent {sent} log messages.";
    }
}
