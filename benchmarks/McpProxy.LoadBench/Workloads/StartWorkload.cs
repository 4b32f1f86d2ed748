using McpProxy.LoadBench.Results;
using McpProxy.LoadBench.Subjects;

namespace McpProxy.LoadBench.Workloads;

/// <summary>From the start of the process to its first answer.</summary>
internal sealed class StartWorkload : IWorkload
{
    public const string Id = "start";
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(1);

    /// <inheritdoc/>
    public string Name => Id;

    /// <inheritdoc/>
    public string Description => "cold start to the first answered initialize over Streamable HTTP, and memory a second later";

    /// <inheritdoc/>
    public async Task RunAsync(BenchContext context, CancellationToken cancellationToken)
    {
        for (var round = 0; round < context.Rounds; round++)
        {
            context.Say($"{Name}, round {round + 1} of {context.Rounds}");
            foreach (var subject in context.HttpGateways.Where(gateway => gateway.Name != SubjectCatalog.Direct))
            {
                await context.TryAsync(Name, subject.Name, () => MeasureAsync(context, subject, cancellationToken), cancellationToken);
            }
        }
    }

    private static async Task MeasureAsync(BenchContext context, GatewaySubject subject, CancellationToken cancellationToken)
    {
        await using var gateway = await RunningGateway.StartAsync(subject, Wire.Http, cancellationToken);
        context.Results.Add(Id, subject.Name, Metric.StartUp, gateway.StartUp.TotalMilliseconds);
        await Task.Delay(Settling, TimeProvider.System, cancellationToken);
        context.Results.Add(Id, subject.Name, Metric.Rest, gateway.Usage().ResidentMegabytes);
    }
}
