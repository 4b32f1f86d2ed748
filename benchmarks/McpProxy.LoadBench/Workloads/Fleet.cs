using System.Net.Sockets;
using McpProxy.LoadBench.Subjects;

namespace McpProxy.LoadBench.Workloads;

/// <summary>The gateways that a workload measures in turn. One that fails is left out from then on, and the report says why.</summary>
internal sealed class Fleet(BenchContext context, string workload, CancellationToken cancellationToken) : IAsyncDisposable
{
    private readonly List<RunningGateway> _gateways = [];

    /// <summary>Starts the subjects, one after the other.</summary>
    public async Task StartAsync(IEnumerable<GatewaySubject> subjects, Wire wire)
    {
        foreach (var subject in subjects)
        {
            context.Say($"{workload}: starting {subject.Name}");
            await TryAsync(subject, async () => _gateways.Add(await RunningGateway.StartAsync(subject, wire, cancellationToken)));
        }
    }

    /// <summary>Does something with each that has not failed.</summary>
    public async Task ForEachAsync(Func<RunningGateway, Task> action)
    {
        foreach (var gateway in _gateways.ToArray())
        {
            if (!await TryAsync(gateway.Subject, () => action(gateway)))
            {
                _gateways.Remove(gateway);
                await gateway.DisposeAsync();
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var gateway in _gateways)
        {
            await gateway.DisposeAsync();
        }
    }

    private async Task<bool> TryAsync(GatewaySubject subject, Func<Task> action)
    {
        try
        {
            await action();
            return true;
        }
        catch (Exception e) when (e is BenchException or SocketException or IOException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            context.Results.Fail(workload, subject.Name, e is OperationCanceledException ? "it took too long" : e.Message);
            return false;
        }
    }
}
