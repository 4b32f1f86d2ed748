using McpProxy.LoadBench.Results;
using McpProxy.LoadBench.Sessions;
using McpProxy.LoadBench.Subjects;

namespace McpProxy.LoadBench.Workloads;

/// <summary>Sessions that call without pause.</summary>
internal sealed class CallsWorkload(Wire wire) : IWorkload
{
    private const double Megabyte = 1024 * 1024;
    private static readonly int[] SessionCounts = [1, 16, 64];

    /// <inheritdoc/>
    public string Name => Prefix(wire);

    /// <inheritdoc/>
    public string Description => $"calls of 1, 16 and 64 sessions over {(wire == Wire.Http ? "Streamable HTTP" : "HTTP+SSE")}: CPU, calls a second, memory";

    /// <summary>What its results are called.</summary>
    public static string Prefix(Wire wire, int? sessions = null) => (wire == Wire.Http ? "http" : "sse") + (sessions is null ? "" : $"-{sessions}");

    /// <inheritdoc/>
    public async Task RunAsync(BenchContext context, CancellationToken cancellationToken)
    {
        await using var fleet = new Fleet(context, Name, cancellationToken);
        await fleet.StartAsync(context.Subjects.Where(subject => wire == Wire.Http || subject.IsProxy), wire);
        await fleet.ForEachAsync(gateway =>
        {
            context.Results.Add(Name, gateway.Subject.Name, Metric.Rest, gateway.Usage().ResidentBytes / Megabyte);
            return Task.CompletedTask;
        });
        foreach (var count in SessionCounts)
        {
            await MeasureAsync(context, fleet, count, cancellationToken);
        }

        await fleet.ForEachAsync(gateway =>
        {
            context.Results.Add(Name, gateway.Subject.Name, Metric.Peak, gateway.Usage().PeakBytes / Megabyte);
            return Task.CompletedTask;
        });
    }

    private async Task MeasureAsync(BenchContext context, Fleet fleet, int count, CancellationToken cancellationToken)
    {
        var workload = Prefix(wire, count);
        var sessions = new Dictionary<RunningGateway, List<ILoadSession>>();
        try
        {
            await fleet.ForEachAsync(async gateway =>
            {
                var own = sessions[gateway] = [];
                while (own.Count < count)
                {
                    own.Add(await gateway.OpenSessionAsync(cancellationToken));
                }

                await LoadMeter.RunAsync(own, context.Duration, gateway.Usage, cancellationToken);
            });
            for (var round = 0; round < context.Rounds; round++)
            {
                context.Say($"{workload}, round {round + 1} of {context.Rounds}");
                await fleet.ForEachAsync(async gateway =>
                {
                    var figures = await LoadMeter.RunAsync(sessions[gateway], context.Duration, gateway.Usage, cancellationToken);
                    Add(context.Results, workload, gateway.Subject.Name, figures);
                });
            }
        }
        finally
        {
            await fleet.ForEachAsync(gateway => EndAsync(sessions.GetValueOrDefault(gateway) ?? [], cancellationToken));
        }
    }

    private static async Task EndAsync(List<ILoadSession> sessions, CancellationToken cancellationToken)
    {
        foreach (var session in sessions)
        {
            await session.ReviveAsync(cancellationToken);
            await session.EndAsync(cancellationToken);
            await session.DisposeAsync();
        }
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
