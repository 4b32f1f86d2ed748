using System.CommandLine;
using McpProxy.LoadBench.Subjects;
using McpProxy.LoadBench.Workloads;

namespace McpProxy.LoadBench;

/// <summary>The command line.</summary>
internal sealed class BenchCommand
{
    private readonly Option<string[]> _only = List("--only", "WORKLOAD", "Run these workloads only, separated by commas.");
    private readonly Option<string[]> _subjects = List("--subjects", "NAME", "Measure these only, separated by commas.");
    private readonly Option<int> _rounds = With("--rounds", "N", "How often each is measured, in turn.", 9);
    private readonly Option<double> _seconds = With("--seconds", "S", "How long one measurement of load takes.", 1.0);
    private readonly Option<double> _warmUp = With("--warm-up", "S", "How many seconds of load come before the first measurement.", 3.0);
    private readonly Option<string?> _product = With<string?>("--product", "PATH", "The folder of a published mcp-proxy; else it is published now.", null);
    private readonly Option<string?> _json = With<string?>("--json", "FILE", "Write everything to this file, too.", null);
    private readonly Option<bool> _list = new("--list") { Description = "List the workloads and the subjects, and end." };

    /// <summary>Parses and runs.</summary>
    /// <returns>The exit code.</returns>
    public Task<int> RunAsync(string[] args)
    {
        var root = new RootCommand("Measures mcp-proxy, its floor and its peers in turn. See benchmarks/README.md.")
        {
            _only, _subjects, _rounds, _seconds, _warmUp, _product, _json, _list,
        };
        root.SetAction((parsed, cancellationToken) => parsed.GetValue(_list)
            ? ListAsync()
            : BenchRun.RunAsync(Options(parsed), cancellationToken));
        return root.Parse(args).InvokeAsync();
    }

    private static Option<T> With<T>(string name, string helpName, string description, T usual) =>
        new(name) { Description = description, HelpName = helpName, DefaultValueFactory = _ => usual };

    private static Option<string[]> List(string name, string helpName, string description) => new(name)
    {
        Description = description,
        HelpName = helpName,
        CustomParser = parsed => [.. parsed.Tokens.SelectMany(token => token.Value.Split(',', StringSplitOptions.RemoveEmptyEntries))],
    };

    private static async Task<int> ListAsync()
    {
        foreach (var workload in WorkloadCatalog.All)
        {
            await Console.Out.WriteLineAsync($"{workload.Name,-12} {workload.Description}");
        }

        await Console.Out.WriteLineAsync($"{Environment.NewLine}subjects: {string.Join(", ", SubjectCatalog.Names)}");

        return 0;
    }

    private BenchOptions Options(ParseResult parsed) => new()
    {
        Workloads = parsed.GetValue(_only) ?? [],
        Subjects = parsed.GetValue(_subjects) ?? [],
        Rounds = parsed.GetValue(_rounds),
        Duration = TimeSpan.FromSeconds(parsed.GetValue(_seconds)),
        WarmUp = TimeSpan.FromSeconds(parsed.GetValue(_warmUp)),
        Product = parsed.GetValue(_product),
        JsonFile = parsed.GetValue(_json),
    };
}
