using McpProxy.Soak.Programs;

namespace McpProxy.Soak.Results;

/// <summary>What a run came to.</summary>
/// <param name="Options">What was asked for.</param>
/// <param name="Sessions">How many sessions were driven.</param>
/// <param name="Reloads">How often the servers file changed.</param>
/// <param name="Took">How long it took.</param>
/// <param name="Ledger">The calls.</param>
/// <param name="Watches">What the gateways took.</param>
internal sealed record Report(SoakOptions Options, int Sessions, int Reloads, TimeSpan Took, Ledger Ledger, IReadOnlyList<Watch> Watches)
{
    public IReadOnlyList<string> Problems => Ledger.Problems;
}
