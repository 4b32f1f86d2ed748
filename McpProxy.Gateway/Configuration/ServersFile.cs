namespace McpProxy.Gateway.Configuration;

/// <summary>What a <c>servers.json</c> says, as it was read once.</summary>
/// <param name="Path">The file, as an absolute path.</param>
/// <param name="Fingerprint">Tells one content from another; also whether there was none.</param>
internal sealed record ServersFile(string Path, string Fingerprint)
{
    /// <summary>The entries that are switched on and free of mistakes, by name.</summary>
    public IReadOnlyDictionary<string, BackendOptions> Backends { get; init; } =
        new Dictionary<string, BackendOptions>(StringComparer.Ordinal);

    /// <summary>
    /// Why the file as a whole cannot be used: missing, not JSON, no <c>mcpServers</c>. At start this is the end; later, what
    /// runs goes on. Null when the file can be used.
    /// </summary>
    public string? Failure { get; init; }

    /// <summary>The mistakes, each with the path of its value; each one disables its entry and no other.</summary>
    public IReadOnlyList<string> Errors { get; init; } = [];

    /// <summary>What is ignored or doubtful, each with its path.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];
}
