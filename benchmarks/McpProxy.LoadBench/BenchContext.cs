using McpProxy.LoadBench.Results;
using McpProxy.LoadBench.Subjects;

namespace McpProxy.LoadBench;

/// <summary>What workloads work with.</summary>
/// <param name="Subjects">Whom they measure.</param>
/// <param name="Rounds">How often each is measured, in turn.</param>
/// <param name="Duration">How long one measurement of load takes; so does the warm-up.</param>
/// <param name="Results">Where the figures go.</param>
/// <param name="Say">Tells the user what is going on.</param>
internal sealed record BenchContext(IReadOnlyList<GatewaySubject> Subjects, int Rounds, TimeSpan Duration, ResultSet Results, Action<string> Say)
{
    /// <summary>The subjects that know MCP.</summary>
    public IEnumerable<GatewaySubject> Proxies => Subjects.Where(subject => subject.IsProxy);
}
