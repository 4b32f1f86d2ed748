namespace McpProxy.Gateway.Configuration;

/// <summary>The backends that are to run now, from configuration and from the servers file together.</summary>
/// <param name="Backends">The backends by name; <see cref="GatewayOptions.DefaultBackend"/> is served at the root.</param>
/// <param name="Remarks">What was left out and why, one line each.</param>
internal sealed record BackendSet(IReadOnlyDictionary<string, BackendOptions> Backends, IReadOnlyList<string> Remarks)
{
    /// <summary>Merges the two. A name that both give is configuration's: the command line is stronger than a file.</summary>
    public static BackendSet Create(GatewayOptions options, ServersFile? file)
    {
        var backends = new Dictionary<string, BackendOptions>(StringComparer.Ordinal);
        var remarks = new List<string>();
        foreach (var (name, backend) in options.Backends.Where(pair => pair.Value.IsEnabled))
        {
            Add($"{GatewayOptions.Section}:{nameof(options.Backends)}:{name}", name, backend);
        }

        foreach (var (name, backend) in file?.Backends ?? new Dictionary<string, BackendOptions>(StringComparer.Ordinal))
        {
            Add(JsonPath.Of("mcpServers", name), name, backend);
        }

        return new BackendSet(backends, remarks);

        void Add(string path, string name, BackendOptions backend)
        {
            if (!backends.TryAdd(name, backend))
            {
                remarks.Add($"{path}: skipped: configuration, or the command line, already has a server of this name");
            }
        }
    }
}
