using System.Diagnostics;
using McpProxy.LoadBench.Programs;
using McpProxy.LoadBench.Results;
using McpProxy.LoadBench.Stdio;
using McpProxy.LoadBench.Subjects;

namespace McpProxy.LoadBench.Workloads;

/// <summary>Bridges to the product's own gateway.</summary>
internal sealed class BridgeWorkload : IWorkload
{
    public const string Id = "bridge";
    public const string Sequential = "bridge-1";
    public const string Pipelined = "bridge-64";
    public const string LargeResult = "bridge-10mb";
    private const int InFlight = 64;
    private const int LargeCalls = 5;
    private const int LargeBytes = 10_000_000;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    /// <inheritdoc/>
    public string Name => Id;

    /// <inheritdoc/>
    public string Description => "bridges over Streamable HTTP: start-up, calls one by one and 64 in flight, memory, results of 10 MB";

    /// <inheritdoc/>
    public async Task RunAsync(BenchContext context, CancellationToken cancellationToken)
    {
        await using var remote = await RunningGateway.StartAsync(context.Remote, Wire.Http, cancellationToken);
        var address = new Uri($"http://127.0.0.1:{remote.Port}{RunningGateway.McpTarget}");
        for (var round = 0; round < context.Starts; round++)
        {
            context.Say($"{Id}, round {round + 1} of {context.Starts}");
            foreach (var bridge in context.Bridges)
            {
                // On a thread that may block.
                await context.TryAsync(
                    Id, bridge.Name, () => Task.Run(() => MeasureAsync(context, bridge, address, cancellationToken), cancellationToken), cancellationToken);
            }
        }
    }

    private static async Task MeasureAsync(BenchContext context, BridgeSubject bridge, Uri remote, CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(Patience);
        var start = Stopwatch.GetTimestamp();
        await using var program = BenchProgram.Start(bridge.Launch(remote), hasOutput: true);
        await using var kill = deadline.Token.Register(program.Kill);
        var session = StdioSession.Open(program);
        context.Results.Add(Id, bridge.Name, Metric.StartUp, Stopwatch.GetElapsedTime(start).TotalMilliseconds);

        await LoadMeter.RunAsync([session], context.WarmUp, program.Usage, deadline.Token);
        Add(context.Results, Sequential, bridge.Name, await LoadMeter.RunAsync([session], context.Duration, program.Usage, deadline.Token));
        LoadMeter.Run(end => session.Pipeline(InFlight, end), context.WarmUp, program.Usage);
        Add(context.Results, Pipelined, bridge.Name, LoadMeter.Run(end => session.Pipeline(InFlight, end), context.Duration, program.Usage));
        context.Results.Add(Id, bridge.Name, Metric.Peak, program.Usage().PeakMegabytes);
        MeasureLarge(context.Results, bridge.Name, program, session);
    }

    private static void MeasureLarge(ResultSet results, string bridge, BenchProgram program, StdioSession session)
    {
        ProcessUsage.ForgetPeak(program.Id);
        var before = program.Usage().ResidentMegabytes;
        var times = new List<double>();
        for (var call = 1; call <= LargeCalls; call++)
        {
            var start = Stopwatch.GetTimestamp();
            if (session.Call(Messages.Size(call, LargeBytes)) < LargeBytes)
            {
                throw new BenchException("A result of 10 MB came in short.");
            }

            times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }

        results.Add(LargeResult, bridge, Metric.Wall, Measurement.MedianOf(times));
        results.Add(LargeResult, bridge, Metric.Growth, program.Usage().PeakMegabytes - before);
    }

    private static void Add(ResultSet results, string workload, string bridge, LoadFigures figures)
    {
        results.Add(workload, bridge, Metric.Cpu, figures.CpuMicroseconds);
        results.Add(workload, bridge, Metric.Calls, figures.CallsPerSecond);
        results.Add(workload, bridge, Metric.Errors, figures.Errors);
    }
}
