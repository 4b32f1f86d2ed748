using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using McpProxy.MicroBenchmarks;

// micro-benchmarks [--filter '*Scanner*'] [--job short]: see README.md.
// In this process: a build of its own would not find the repository's artifacts folder.
var config = DefaultConfig.Instance
    .WithArtifactsPath(Path.Combine("artifacts", "micro-benchmarks"))
    .AddDiagnoser(MemoryDiagnoser.Default)
    .AddJob(Job.Default.WithToolchain(InProcessEmitToolchain.Instance).AsMutator());

BenchmarkSwitcher.FromAssembly(typeof(ScannerBenchmarks).Assembly).Run(args is [] ? ["--filter", "*"] : args, config);
