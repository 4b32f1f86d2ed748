namespace McpProxy.LoadBench.Workloads;

/// <summary>Something that subjects are put to.</summary>
internal interface IWorkload
{
    /// <summary>Its name on the command line.</summary>
    string Name { get; }

    /// <summary>What it does, in a few words.</summary>
    string Description { get; }

    /// <summary>Measures all subjects in turn.</summary>
    Task RunAsync(BenchContext context, CancellationToken cancellationToken);
}
