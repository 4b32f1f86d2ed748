using McpProxy.LoadBench.Results;
using McpProxy.LoadBench.Sessions;
using McpProxy.LoadBench.Subjects;

namespace McpProxy.LoadBench.Workloads;

/// <summary>Clients that come, call once, and leave.</summary>
internal sealed class NewSessionWorkload : IWorkload
{
    public const string Id = "new-session";
    private const int Clients = 4;

    /// <inheritdoc/>
    public string Name => Id;

    /// <inheritdoc/>
    public string Description => "initialize, initialized, a call and DELETE over Streamable HTTP, by 4 clients, beside mere calls: CPU of each";

    /// <inheritdoc/>
    public async Task RunAsync(BenchContext context, CancellationToken cancellationToken)
    {
        await using var fleet = new Fleet(context, Name, cancellationToken);
        await fleet.StartAsync(context.Proxies, Wire.Http);
        var callers = new Dictionary<RunningGateway, IReadOnlyList<ILoadSession>>();
        var visitors = new Dictionary<RunningGateway, IReadOnlyList<ILoadSession>>();
        await fleet.ForEachAsync(async gateway =>
        {
            callers[gateway] = await gateway.OpenSessionsAsync(Clients, cancellationToken);
            visitors[gateway] = [.. Enumerable.Range(0, Clients).Select(_ => new VisitingSession(gateway.Port, RunningGateway.McpTarget))];
            await LoadMeter.RunAsync(callers[gateway], context.WarmUp, gateway.Usage, cancellationToken);
            await LoadMeter.RunAsync(visitors[gateway], context.WarmUp, gateway.Usage, cancellationToken);
        });
        await fleet.ForEachRoundAsync(Name, async gateway =>
        {
            var calls = await LoadMeter.RunAsync(callers[gateway], context.Duration, gateway.Usage, cancellationToken);
            var visits = await LoadMeter.RunAsync(visitors[gateway], context.Duration, gateway.Usage, cancellationToken);
            context.Results.Add(Name, gateway.Subject.Name, Metric.SessionCpu, visits.CpuMicroseconds);
            context.Results.Add(Name, gateway.Subject.Name, Metric.Cpu, calls.CpuMicroseconds);
            context.Results.Add(Name, gateway.Subject.Name, Metric.SessionRatio, visits.CpuMicroseconds / calls.CpuMicroseconds);
            context.Results.Add(Name, gateway.Subject.Name, Metric.Errors, visits.Errors + calls.Errors);
        });
    }
}
