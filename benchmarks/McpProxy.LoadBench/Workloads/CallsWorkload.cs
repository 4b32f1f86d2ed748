using McpProxy.LoadBench.Results;
using McpProxy.LoadBench.Sessions;
using McpProxy.LoadBench.Subjects;

namespace McpProxy.LoadBench.Workloads;

/// <summary>Sessions that call without pause.</summary>
internal sealed class CallsWorkload(Wire wire) : IWorkload
{
    private static readonly int[] SessionCounts = [1, 16, 64];

    /// <inheritdoc/>
    public string Name => Prefix(wire);

    /// <inheritdoc/>
    public string Description => wire == Wire.Http
        ? "calls of 1, 16 and 64 sessions over Streamable HTTP: CPU, calls a second, memory"
        : "the same over HTTP+SSE, beside the floor's over plain POSTs and over HTTP+SSE";

    /// <summary>What its results are called.</summary>
    public static string Prefix(Wire wire, int? sessions = null) =>
        (wire == Wire.Http ? "http" : "sse") + (sessions is null ? "" : $"-{sessions}");

    /// <inheritdoc/>
    public async Task RunAsync(BenchContext context, CancellationToken cancellationToken)
    {
        await using var fleet = new Fleet(context, Name, cancellationToken);
        await fleet.StartAsync(wire == Wire.Http ? context.HttpGateways : context.Gateways, wire);
        foreach (var count in SessionCounts)
        {
            await MeasureAsync(context, fleet, count, Prefix(wire, count), cancellationToken);
        }

        await fleet.ForEachAsync(gateway =>
        {
            context.Results.Add(Name, gateway.Subject.Name, Metric.Peak, gateway.Usage().PeakMegabytes);
            return Task.CompletedTask;
        });
    }

    private static async Task MeasureAsync(
        BenchContext context, Fleet fleet, int count, string workload, CancellationToken cancellationToken)
    {
        var sessions = new Dictionary<RunningGateway, IReadOnlyList<ILoadSession>>();
        await fleet.ForEachAsync(async gateway =>
        {
            sessions[gateway] = await gateway.OpenSessionsAsync(count, cancellationToken);
            await LoadMeter.RunAsync(sessions[gateway], context.WarmUp, gateway.Usage, cancellationToken);
        });
        await fleet.ForEachRoundAsync(workload, async gateway =>
        {
            var figures = await LoadMeter.RunAsync(sessions[gateway], context.Duration, gateway.Usage, cancellationToken);
            Add(context.Results, workload, gateway.Subject.Name, figures);
        });
        await fleet.ForEachAsync(async gateway =>
        {
            foreach (var session in sessions[gateway])
            {
                await session.ReviveAsync(cancellationToken);
                await session.EndAsync(cancellationToken);
                await session.DisposeAsync();
            }
        });
    }

    private static void Add(ResultSet results, string workload, string subject, LoadFigures figures)
    {
        results.Add(workload, subject, Metric.Cpu, figures.CpuMicroseconds);
        results.Add(workload, subject, Metric.Calls, figures.CallsPerSecond);
        results.Add(workload, subject, Metric.ClientCpu, figures.ClientCpuMicroseconds);
        results.Add(workload, subject, Metric.Errors, figures.Errors);
        if (figures.Errors > 0)
        {
            results.Fail(workload, subject, $"{figures.Errors} of {figures.Calls} answers were wrong");
        }
    }
}
