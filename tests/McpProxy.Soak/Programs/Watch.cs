namespace McpProxy.Soak.Programs;

/// <summary>What a gateway takes of the machine, over time.</summary>
internal sealed class Watch(string name, GatewayProgram gateway)
{
    /// <summary>A quarter of a run of four minutes: in a shorter one the pools are still growing.</summary>
    private const int EnoughLooks = 240;

    private readonly List<long> _resident = [];

    public string Name => name;

    public GatewayProgram Gateway => gateway;

    /// <summary>Before the first session, when all servers run.</summary>
    public Sample First { get; private set; } = new(0, 0, 0);

    /// <summary>The most of each.</summary>
    public Sample Peak { get; private set; } = new(0, 0, 0);

    public Sample Last { get; private set; } = new(0, 0, 0);

    /// <summary>The descriptors of each kind before the first session.</summary>
    private IReadOnlyDictionary<string, int> FirstDescriptors { get; set; } = new Dictionary<string, int>(StringComparer.Ordinal);

    public void Begin()
    {
        Look();
        First = Last;
        FirstDescriptors = ProcessFiles.Descriptors(gateway.Id);
    }

    /// <summary>How many more descriptors there are than at first.</summary>
    public int CountMoreDescriptors() => ProcessFiles.Descriptors(gateway.Id).Values.Sum() - FirstDescriptors.Values.Sum();

    /// <summary>Of which kinds there are more descriptors than at first, for the report of a problem.</summary>
    public string DescribeMoreDescriptors() => string.Join(", ", ProcessFiles.Descriptors(gateway.Id)
        .Select(kind => (kind.Key, More: kind.Value - FirstDescriptors.GetValueOrDefault(kind.Key)))
        .Where(kind => kind.More > 0)
        .Select(kind => $"{kind.More} more of {kind.Key}"));

    /// <summary>
    /// By how much the memory of the last quarter of the run is above that of the second, when every pool is as large as it gets: what
    /// grows with the number of sessions is a leak, what was taken once for large messages is not.
    /// </summary>
    public long GrowthKilobytes()
    {
        var quarter = _resident.Count / 4;
        return quarter < EnoughLooks ? 0 : Median(_resident[^quarter..]) - Median(_resident.GetRange(quarter, quarter));
    }

    public void Look()
    {
        Last = ProcessFiles.Read(gateway.Id);
        _resident.Add(Last.ResidentKilobytes);
        Peak = Peak.Max(Last with { ResidentKilobytes = ProcessFiles.PeakKilobytes(gateway.Id) });
    }

    private static long Median(List<long> values) => values.Order().ElementAt(values.Count / 2);
}
