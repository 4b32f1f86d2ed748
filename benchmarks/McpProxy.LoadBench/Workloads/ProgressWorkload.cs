using System.Buffers.Text;
using System.Diagnostics;
using McpProxy.LoadBench.Http;
using McpProxy.LoadBench.Results;
using McpProxy.LoadBench.Sessions;
using McpProxy.LoadBench.Subjects;

namespace McpProxy.LoadBench.Workloads;

/// <summary>Calls that report progress a thousand times before they return.</summary>
internal sealed class ProgressWorkload : IWorkload
{
    public const string Id = "progress";
    private const int Notifications = 1000;
    private const int MinCalls = 20;

    /// <inheritdoc/>
    public string Name => Id;

    /// <inheritdoc/>
    public string Description => "1,000 progress notifications and a result over Streamable HTTP: CPU, and whether all came, in order";

    /// <inheritdoc/>
    public async Task RunAsync(BenchContext context, CancellationToken cancellationToken)
    {
        await using var fleet = new Fleet(context, Name, cancellationToken);
        await fleet.StartAsync(context.Proxies, Wire.Http);
        var sessions = new Dictionary<RunningGateway, StreamableHttpSession>();
        await fleet.ForEachAsync(async gateway =>
        {
            sessions[gateway] = await gateway.OpenHttpSessionAsync(cancellationToken);
            await CallAsync(sessions[gateway], context.WarmUp, cancellationToken);
        });
        await fleet.ForEachRoundAsync(Name, async gateway =>
        {
            var before = gateway.Usage().Cpu;
            var (calls, wrong) = await CallAsync(sessions[gateway], context.Duration, cancellationToken);
            context.Results.Add(Name, gateway.Subject.Name, Metric.ProgressCpu, (gateway.Usage().Cpu - before).TotalMilliseconds / calls);
            context.Results.Add(Name, gateway.Subject.Name, Metric.Errors, wrong);
        });
    }

    private static async Task<(int Calls, int Wrong)> CallAsync(
        StreamableHttpSession session, TimeSpan duration, CancellationToken cancellationToken)
    {
        await session.ReviveAsync(cancellationToken);
        var (calls, wrong, start) = (0, 0, Stopwatch.GetTimestamp());
        while (calls < MinCalls || Stopwatch.GetElapsedTime(start) < duration)
        {
            calls++;
            wrong += IsWhole(await session.CallAsync(Messages.Progress(calls, Notifications), cancellationToken)) ? 0 : 1;
        }

        return (calls, wrong);
    }

    // Each notification once, in order, and then the result.
    private static bool IsWhole(ResponseParser response)
    {
        var rest = response.Body;
        for (var expected = 1; expected <= Notifications; expected++)
        {
            var start = rest.IndexOf("\"progress\":"u8);
            if (start < 0 || !Utf8Parser.TryParse(rest[(start + "\"progress\":".Length)..], out int progress, out _) || progress != expected)
            {
                return false;
            }

            rest = rest[(start + "\"progress\":".Length)..];
        }

        return rest.IndexOf("\"progress\":"u8) < 0 && rest.IndexOf("\"done\""u8) >= 0;
    }
}
