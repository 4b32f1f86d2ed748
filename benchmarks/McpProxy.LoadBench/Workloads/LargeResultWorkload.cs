using System.Diagnostics;
using McpProxy.LoadBench.Http;
using McpProxy.LoadBench.Programs;
using McpProxy.LoadBench.Results;
using McpProxy.LoadBench.Subjects;

namespace McpProxy.LoadBench.Workloads;

/// <summary>Results of 1 MB or 10 MB, one after the other, from a process that has never seen a large one.</summary>
internal sealed class LargeResultWorkload(int megabytes) : IWorkload
{
    private const int Calls = 9;

    /// <inheritdoc/>
    public string Name => $"result-{megabytes}mb";

    /// <inheritdoc/>
    public string Description => $"results of {megabytes} MB over Streamable HTTP: time, growth of memory";

    /// <inheritdoc/>
    public async Task RunAsync(BenchContext context, CancellationToken cancellationToken)
    {
        for (var round = 0; round < context.Starts; round++)
        {
            context.Say($"{Name}, round {round + 1} of {context.Starts}");
            foreach (var subject in context.HttpGateways.Where(gateway => gateway.Name != SubjectCatalog.Direct))
            {
                await context.TryAsync(Name, subject.Name, () => MeasureAsync(context, subject, cancellationToken), cancellationToken);
            }
        }
    }

    private async Task MeasureAsync(BenchContext context, GatewaySubject subject, CancellationToken cancellationToken)
    {
        await using var gateway = await RunningGateway.StartAsync(subject, Wire.Http, cancellationToken);
        await using var session = await gateway.OpenHttpSessionAsync(cancellationToken);
        await LoadMeter.RunAsync([session], context.WarmUp, gateway.Usage, cancellationToken);
        ProcessUsage.ForgetPeak(gateway.ProcessId);
        var before = gateway.Usage().ResidentMegabytes;
        var times = new List<double>();
        for (var call = 1; call <= Calls; call++)
        {
            var start = Stopwatch.GetTimestamp();
            Check(await session.CallAsync(Messages.Size(call, megabytes * 1_000_000), cancellationToken));
            times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }

        context.Results.Add(Name, subject.Name, Metric.Wall, Measurement.MedianOf(times));
        context.Results.Add(Name, subject.Name, Metric.Growth, gateway.Usage().PeakMegabytes - before);
    }

    private void Check(ResponseParser response)
    {
        if (response.Status != 200 || response.Body.Count((byte)'x') < megabytes * 1_000_000)
        {
            throw new BenchException($"A result of {megabytes} MB came with status {response.Status} and {response.Body.Length} bytes.");
        }
    }
}
