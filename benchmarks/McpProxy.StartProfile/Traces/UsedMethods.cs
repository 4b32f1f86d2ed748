namespace McpProxy.StartProfile.Traces;

/// <summary>The methods that all traces together show in use.</summary>
internal sealed class UsedMethods(SourceAssemblies assemblies)
{
    private readonly SortedDictionary<string, MethodUse> _methods = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, int> _skipped = new(StringComparer.Ordinal);

    /// <summary>In an order that does not depend on that of the traces or their events.</summary>
    public IReadOnlyCollection<MethodUse> All => _methods.Values;

    /// <summary>How many methods were left out, and why, one reason a line.</summary>
    public string Skipped => string.Join(Environment.NewLine, _skipped.Select(reason => $"  skipped {reason.Value}: {reason.Key}"));

    public void Add(RecordedTrace trace)
    {
        var resolver = new MethodResolver(trace, assemblies);
        foreach (var id in trace.Used)
        {
            try
            {
                var method = resolver.Resolve(id);
                _methods.TryAdd(method.Key, method);
            }
            catch (UnresolvedException e)
            {
                _skipped[e.Message] = _skipped.GetValueOrDefault(e.Message) + 1;
            }
        }
    }
}
