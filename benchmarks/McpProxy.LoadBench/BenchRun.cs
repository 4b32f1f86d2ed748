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
            var workloads = Choose(WorkloadCatalog.All, options.Workloads, workload => workload.Name);
            var context = CreateContext(options, new SubjectCatalog(product));
            await PrepareAsync(options, cancellationToken);
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

    private static BenchContext CreateContext(BenchOptions options, SubjectCatalog catalog)
    {
        var chosen = options.Subjects.Count > 0
            ? Choose(SubjectCatalog.Names, options.Subjects, name => name)
            : [.. SubjectCatalog.Names.Except([SubjectCatalog.Direct])];
        return new BenchContext
        {
            Gateways = [.. catalog.Gateways.Where(gateway => chosen.Contains(gateway.Name))],
            Bridges = [.. catalog.Bridges.Where(bridge => chosen.Contains(bridge.Name))],
            Remote = catalog.ProductGateway,
            Rounds = options.Rounds,
            Duration = options.Duration,
            WarmUp = options.WarmUp,
            Say = Say,
        };
    }

    private static async Task PrepareAsync(BenchOptions options, CancellationToken cancellationToken)
    {
        var preparation = new Preparation(Say);
        await preparation.PublishAsync("samples/McpProxy.Samples.Echo", "echo", cancellationToken);
        await preparation.PublishAsync("benchmarks/McpProxy.Floor", SubjectCatalog.Floor, cancellationToken);
        if (options.Product is null)
        {
            await preparation.PublishAsync("McpProxy.Cli", SubjectCatalog.Product, cancellationToken);
        }

        await preparation.InstallPeersAsync(cancellationToken);
    }

    private static IReadOnlyList<T> Choose<T>(IReadOnlyList<T> all, IReadOnlyList<string> names, Func<T, string> nameOf)
    {
        var unknown = names.Except(all.Select(nameOf), StringComparer.Ordinal).ToArray();
        return unknown.Length > 0 ? throw new BenchException($"There is no {string.Join(", ", unknown)}: see --list.")
            : [.. all.Where(item => names.Count == 0 || names.Contains(nameOf(item)))];
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
