using System.ComponentModel;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace McpProxy.Samples.Everything.Progress;

/// <summary>Tools that take time: they report progress and can be cancelled.</summary>
[McpServerToolType]
internal sealed class ProgressTools(TimeProvider time, CancelledCallRegistry cancelledCalls)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    [McpServerTool(Name = "test_tool_with_progress", ReadOnly = true)]
    [Description("Reports progress 0, 50 and 100 of 100, 50 ms apart.")]
    public async Task<string> ToolWithProgressAsync(RequestContext<CallToolRequestParams> request, CancellationToken cancellationToken)
    {
        await ReportAsync(request, 0, 100, cancellationToken);
        await Task.Delay(Pause, time, cancellationToken);
        await ReportAsync(request, 50, 100, cancellationToken);
        await Task.Delay(Pause, time, cancellationToken);
        await ReportAsync(request, 100, 100, cancellationToken);
        return "Tool with progress executed successfully";
    }

    [McpServerTool(Name = "test_reconnection", ReadOnly = true)]
    [Description("Answers after 100 ms. Over HTTP the stream may be closed meanwhile, and the answer fetched later (SEP-1699).")]
    public async Task<string> ReconnectionAsync(CancellationToken cancellationToken)
    {
        // A stdio server has no stream to close: that half is the business of whoever serves it over HTTP.
        await Task.Delay(2 * Pause, time, cancellationToken);
        return "Reconnection test completed successfully.";
    }

    [McpServerTool(Name = "slow", ReadOnly = true)]
    [Description("Works for the given time in equal steps and reports progress after each. last_cancelled tells when it is cancelled.")]
    public async Task<string> SlowAsync(
        RequestContext<CallToolRequestParams> request,
        [Description("Duration of the whole work in milliseconds.")] int milliseconds,
        [Description("Number of steps, at least 1.")] int steps = 1,
        [Description("A name by which last_cancelled tells this call from others.")] string? label = null,
        CancellationToken cancellationToken = default)
    {
        var step = TimeSpan.FromMilliseconds((double)milliseconds / steps);
        for (var done = 0; done < steps; done++)
        {
            try
            {
                await Task.Delay(step, time, cancellationToken);
                await ReportAsync(request, done + 1, steps, cancellationToken);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                cancelledCalls.Add(new CancelledCall(label, done, steps));
                throw;
            }
        }

        return $"Finished {steps} steps in {milliseconds} ms.";
    }

    [McpServerTool(Name = "last_cancelled", ReadOnly = true, UseStructuredContent = true)]
    [Description("Tells how many calls of slow were cancelled so far, and which one was the last.")]
    public CancelledCalls LastCancelled() => cancelledCalls.Snapshot();

    private static Task ReportAsync(
        RequestContext<CallToolRequestParams> request, int done, int total, CancellationToken cancellationToken)
    {
        var progress = new ProgressNotificationValue { Progress = done, Total = total, Message = $"Completed step {done} of {total}" };
        return request.Params.ProgressToken is { } token
            ? request.Server.NotifyProgressAsync(token, progress, cancellationToken: cancellationToken)
            : Task.CompletedTask;
    }
}
