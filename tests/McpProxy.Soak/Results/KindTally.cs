namespace McpProxy.Soak.Results;

/// <summary>What became of the calls of one kind.</summary>
internal sealed class KindTally
{
    public SortedDictionary<Outcome, int> Outcomes { get; } = [];

    /// <summary>How often calls failed for each reason.</summary>
    public SortedDictionary<string, int> Reasons { get; } = new(StringComparer.Ordinal);

    /// <summary>How long the answered ones took, in milliseconds.</summary>
    public List<double> Latencies { get; } = [];

    public void Add(Reply reply, TimeSpan took)
    {
        Outcomes[reply.Outcome] = Outcomes.GetValueOrDefault(reply.Outcome) + 1;
        if (reply.Outcome == Outcome.Answered)
        {
            Latencies.Add(took.TotalMilliseconds);
        }
        else if (reply.Reason is { } reason)
        {
            var text = $"{reply.Outcome}: {reason}";
            Reasons[text] = Reasons.GetValueOrDefault(text) + 1;
        }
    }

    public double Percentile(int percent)
    {
        if (Latencies.Count == 0)
        {
            return 0;
        }

        var sorted = Latencies.Order().ToList();
        return Math.Round(sorted[Math.Min(sorted.Count - 1, sorted.Count * percent / 100)], 1);
    }
}
