namespace McpProxy.LoadBench.Results;

/// <summary>Everything that was measured.</summary>
internal sealed class ResultSet
{
    private readonly Dictionary<(string Workload, string Subject, Metric Metric), List<double>> _rounds = [];
    private readonly List<string> _failures = [];

    /// <summary>What could not be measured, and why.</summary>
    public IReadOnlyList<string> Failures => _failures;

    /// <summary>All figures, in the order in which they came first.</summary>
    public IReadOnlyList<Measurement> All =>
        [.. _rounds.Select(entry => new Measurement(entry.Key.Workload, entry.Key.Subject, entry.Key.Metric, entry.Value))];

    /// <summary>Adds the figure of a round.</summary>
    public void Add(string workload, string subject, Metric metric, double value)
    {
        if (!_rounds.TryGetValue((workload, subject, metric), out var values))
        {
            _rounds[(workload, subject, metric)] = values = [];
        }

        values.Add(value);
    }

    /// <summary>Adds a failure.</summary>
    public void Fail(string workload, string subject, string reason) => _failures.Add($"{workload}, {subject}: {reason}");

    /// <summary>The median of a figure, if it was measured.</summary>
    public double? Find(string workload, string subject, Metric metric) =>
        Compare((workload, subject), (workload, subject), metric, (value, _) => value);

    /// <summary>The median of what two figures give that were measured in turn: what disturbed a round disturbed both.</summary>
    /// <returns>The median, if both were measured.</returns>
    public double? Compare(
        (string Workload, string Subject) one, (string Workload, string Subject) other, Metric metric, Func<double, double, double> compare) =>
        _rounds.TryGetValue((one.Workload, one.Subject, metric), out var values)
            && _rounds.TryGetValue((other.Workload, other.Subject, metric), out var others)
            ? Measurement.MedianOf(values.Zip(others, compare))
            : null;
}
