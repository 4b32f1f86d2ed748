namespace McpProxy.Soak.Clients;

/// <summary>How a client waits for an answer.</summary>
/// <param name="WantsJson">Whether it takes JSON only.</param>
/// <param name="ReadsSlowly">Whether it reads in small pieces with pauses.</param>
/// <param name="LeavesAfter">After how long it drops the response, and does not come back.</param>
/// <param name="ReadsNothing">Whether it reads nothing until it leaves.</param>
/// <param name="ResumesAfterEvents">After how many events it drops the response and asks for the rest.</param>
internal sealed record Manner(
    bool WantsJson = false, bool ReadsSlowly = false, TimeSpan? LeavesAfter = null, bool ReadsNothing = false, int? ResumesAfterEvents = null)
{
    public static readonly Manner Plain = new();
}
