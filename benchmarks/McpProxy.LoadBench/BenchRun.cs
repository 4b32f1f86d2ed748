using McpProxy.LoadBench.Programs;
using McpProxy.LoadBench.Results;
using McpProxy.LoadBench.Subjects;
using McpProxy.LoadBench.Workloads;

namespace McpProxy.LoadBench;

/// <summary>A run: preparation, workloads, report.</summary>
internal static class BenchRun
{
    /// <summary>Runs what the options ask for.</summary>
    /// <returns>The exit code: 0 if all was measured, whatever the figures say.</returns>
    public static async Task<int> RunAsync(BenchOptions options, CancellationToken cancellationToken)
    {
        try
        {
            var product = options.Product is null ? BenchPaths.Published(SubjectCatalog.Product) : Path.GetFullPath(options.Product);
            var subjects = Choose(new SubjectCatalog(product).Gateways, options.Subjects, subject => subject.Name, subject => subject.Name != SubjectCatalog.Direct);
            var workloads = Choose(WorkloadCatalog.All, options.Workloads, workload => workload.Name, _ => true);
            await PrepareAsync(options, subjects, cancellationToken);
            var context = new BenchContext(subjects, options.Rounds, options.Duration, new ResultSet(), Say);
            foreach (var workload in workloads)
            {
                await workload.RunAsync(context, cancellationToken);
            }

            await ReportAsync(context.Results, options.JsonFile, cancellationToken);
            return context.Results.Failures.Count == 0 ? 0 : 1;
        }
        catch (BenchException e)
        {
            await Console.Error.WriteLineAsync(e.Message);
            return 1;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return 1;
        }
    }

    private static async Task PrepareAsync(BenchOptions options, IReadOnlyList<GatewaySubject> subjects, CancellationToken cancellationToken)
    {
        var preparation = new Preparation(Say);
        await preparation.PublishAsync("samples/McpProxy.Samples.Echo", "echo", cancellationToken);
        await preparation.PublishAsync("benchmarks/McpProxy.Floor", SubjectCatalog.Floor, cancellationToken);
        if (options.Product is null)
        {
            await preparation.PublishAsync("McpProxy.Cli", SubjectCatalog.Product, cancellationToken);
        }

        if (subjects.Any(subject => SubjectCatalog.GatewayPeers.Contains(subject.Name)))
        {
            await preparation.InstallPeersAsync(cancellationToken);
        }
    }

    private static IReadOnlyList<T> Choose<T>(IReadOnlyList<T> all, IReadOnlyList<string> names, Func<T, string> nameOf, Func<T, bool> isUsual)
    {
        var unknown = names.Except(all.Select(nameOf), StringComparer.Ordinal).ToArray();
        return unknown.Length > 0 ? throw new BenchException($"There is no {string.Join(", ", unknown)}: see --list.")
            : names.Count > 0 ? [.. all.Where(item => names.Contains(nameOf(item)))]
            : [.. all.Where(isUsual)];
    }

    private static async Task ReportAsync(ResultSet results, string? jsonFile, CancellationToken cancellationToken)
    {
        await Console.Out.WriteAsync(TextReport.Write(results));
        if (jsonFile is not null)
        {
            await File.WriteAllTextAsync(jsonFile, JsonReport.Write(results), cancellationToken);
        }
    }

    private static void Say(string line) => Console.Error.WriteLine($"# {line}");
}
