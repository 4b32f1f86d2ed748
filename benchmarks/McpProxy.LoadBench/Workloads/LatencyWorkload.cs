using System.Diagnostics;
using McpProxy.LoadBench.Programs;
using McpProxy.LoadBench.Results;
using McpProxy.LoadBench.Sessions;
using McpProxy.LoadBench.Stdio;
using McpProxy.LoadBench.Subjects;

namespace McpProxy.LoadBench.Workloads;

/// <summary>One session, one call after the other: how much later answers come than from the child itself.</summary>
internal sealed class LatencyWorkload : IWorkload
{
    /// <summary>The name under which the child itself is reported.</summary>
    public const string Child = "child";

    public const string Id = "latency";

    /// <inheritdoc/>
    public string Name => Id;

    /// <inheritdoc/>
    public string Description => "the time to the answer with one session over Streamable HTTP, beside the child's own over stdio";

    /// <inheritdoc/>
    public async Task RunAsync(BenchContext context, CancellationToken cancellationToken)
    {
        await using var child = BenchProgram.Start(SubjectCatalog.Echo, hasOutput: true);
        await using var fleet = new Fleet(context, Name, cancellationToken);
        await fleet.StartAsync(context.HttpGateways, Wire.Http);
        var direct = StdioSession.Open(child);
        await CallAsync(direct, context.WarmUp, cancellationToken);
        var sessions = new Dictionary<RunningGateway, ILoadSession>();
        await fleet.ForEachAsync(async gateway =>
        {
            sessions[gateway] = await gateway.OpenSessionAsync(cancellationToken, isBlocking: true);
            await CallAsync(sessions[gateway], context.WarmUp, cancellationToken);
        });
        for (var round = 0; round < context.Rounds; round++)
        {
            context.Say($"{Name}, round {round + 1} of {context.Rounds}");
            Add(context.Results, Child, await CallAsync(direct, context.Duration, cancellationToken));
            await fleet.ForEachAsync(async gateway =>
                Add(context.Results, gateway.Subject.Name, await CallAsync(sessions[gateway], context.Duration, cancellationToken)));
        }
    }

    private static async Task<List<long>> CallAsync(ILoadSession session, TimeSpan duration, CancellationToken cancellationToken)
    {
        await session.ReviveAsync(cancellationToken);
        var times = new List<long>();
        var end = Stopwatch.GetTimestamp() + (long)(duration.TotalSeconds * Stopwatch.Frequency);
        for (var start = Stopwatch.GetTimestamp(); start < end;)
        {
            if (!await session.CallAsync(cancellationToken))
            {
                throw new BenchException("An answer was wrong.");
            }

            var now = Stopwatch.GetTimestamp();
            times.Add(now - start);
            start = now;
        }

        return times;
    }

    private static void Add(ResultSet results, string subject, List<long> times)
    {
        times.Sort();
        results.Add(Id, subject, Metric.P50, Microseconds(times, 0.5));
        results.Add(Id, subject, Metric.P99, Microseconds(times, 0.99));
    }

    private static double Microseconds(List<long> sorted, double share) =>
        Stopwatch.GetElapsedTime(0, sorted[(int)(share * (sorted.Count - 1))]).TotalMicroseconds;
}
