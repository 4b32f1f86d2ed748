namespace McpProxy.ProfileRecorder.Traces;

/// <summary>The methods that all traces together show in use, and what they do often.</summary>
internal sealed class UsedMethods(SourceAssemblies assemblies)
{
    private readonly SortedDictionary<string, MethodUse> _methods = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _highest = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, int> _skipped = new(StringComparer.Ordinal);

    /// <summary>In an order that does not depend on that of the traces or their events.</summary>
    public IReadOnlyCollection<MethodUse> All => _methods.Values;

    /// <summary>How many methods were left out, and why, one reason a line.</summary>
    public string Skipped => string.Join(Environment.NewLine, _skipped.Select(reason => $"  skipped {reason.Value}: {reason.Key}"));

    /// <summary>Adds the methods that ran.</summary>
    public void Add(RecordedTrace trace)
    {
        var resolver = new MethodResolver(trace, assemblies);
        foreach (var id in trace.Used)
        {
            if (Resolve(id, resolver) is { } method)
            {
                _methods.TryAdd(method.Key, method);
            }
        }
    }

    /// <summary>Adds what methods counted that did something often, also those whose code is only part of others' when optimized.</summary>
    /// <param name="trace">A trace with counts.</param>
    /// <param name="often">How often: a method that counted nothing as high stays what it is.</param>
    public void AddCounts(RecordedTrace trace, int often)
    {
        var resolver = new MethodResolver(trace, assemblies);
        foreach (var (id, data) in trace.Counts)
        {
            var counts = new MethodCountReader(data, resolver).ReadAll();
            if (counts.Count > 0 && counts.Max(count => count.Highest) is var highest && highest >= often
                && Resolve(id, resolver) is { } method && _highest.GetValueOrDefault(method.Key) < highest)
            {
                _highest[method.Key] = highest;
                _methods[method.Key] = method with { Counts = counts };
            }
        }
    }

    private MethodUse? Resolve(long id, MethodResolver resolver)
    {
        try
        {
            return resolver.Resolve(id);
        }
        catch (UnresolvedException e)
        {
            _skipped[e.Message] = _skipped.GetValueOrDefault(e.Message) + 1;
            return null;
        }
    }
}
