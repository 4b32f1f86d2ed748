using McpProxy.LoadBench.Subjects;

namespace McpProxy.LoadBench.Workloads;

/// <summary>The gateways that a workload measures in turn. One that fails is left out from then on.</summary>
internal sealed class Fleet(BenchContext context, string workload, CancellationToken cancellationToken) : IAsyncDisposable
{
    private readonly List<RunningGateway> _gateways = [];

    /// <summary>Starts the subjects, one after the other.</summary>
    public async Task StartAsync(IEnumerable<GatewaySubject> subjects, Wire wire)
    {
        foreach (var subject in subjects)
        {
            context.Say($"{workload}: starting {subject.Name}");
            await context.TryAsync(
                workload,
                subject.Name,
                async () => _gateways.Add(await RunningGateway.StartAsync(subject, wire, cancellationToken)),
                cancellationToken);
        }
    }

    /// <summary>Does something with each that has not failed.</summary>
    public async Task ForEachAsync(Func<RunningGateway, Task> action)
    {
        foreach (var gateway in _gateways.ToArray())
        {
            if (!await context.TryAsync(workload, gateway.Subject.Name, () => action(gateway), cancellationToken))
            {
                _gateways.Remove(gateway);
                await gateway.DisposeAsync();
            }
        }
    }

    /// <summary>Does something with each in turn, as often as the context says.</summary>
    /// <param name="name">What is measured.</param>
    /// <param name="action">The measurement.</param>
    public async Task ForEachRoundAsync(string name, Func<RunningGateway, Task> action)
    {
        for (var round = 0; round < context.Rounds; round++)
        {
            context.Say($"{name}, round {round + 1} of {context.Rounds}");
            await ForEachAsync(action);
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var gateway in _gateways)
        {
            await gateway.DisposeAsync();
        }
    }
}
