namespace McpProxy.Bridge.Configuration;

/// <summary>The headers for the remote server, from wherever they come; the last of a name counts. Mistakes never hold a value.</summary>
internal sealed class HeaderList
{
    private const string TokenSymbols = "!#$%&'*+-.^_`|~";

    /// <summary>What the transport itself says in every request.</summary>
    private static readonly string[] Owned =
        ["Accept", "Content-Type", "Content-Length", "Transfer-Encoding", "Connection", "Mcp-Session-Id", "MCP-Protocol-Version", "Last-Event-ID"];

    private readonly Dictionary<string, string> _headers = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Every mistake.</summary>
    public List<string> Errors { get; } = [];

    /// <summary>The headers.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> ToList() => [.. _headers];

    /// <summary>Adds a header.</summary>
    /// <param name="origin">Where it was given.</param>
    /// <param name="name">Its name.</param>
    /// <param name="value">Its value.</param>
    public void Add(string origin, string name, string value)
    {
        if (name.Length == 0 || !name.All(letter => char.IsAsciiLetterOrDigit(letter) || TokenSymbols.Contains(letter)))
        {
            Errors.Add($"{origin}: a header's name consists of letters, digits and {TokenSymbols}");
        }
        else if (Owned.Contains(name, StringComparer.OrdinalIgnoreCase))
        {
            Errors.Add($"{origin}: {name} is set by mcp-proxy itself");
        }
        else if (value.AsSpan().IndexOfAny('\r', '\n', '\0') >= 0)
        {
            Errors.Add($"{origin}: the value of {name} is more than one line");
        }
        else
        {
            _headers[name] = value;
        }
    }

    /// <summary>Adds the headers of a file: <c>Name: value</c>, one a line; blank lines and comments (<c>#</c>) are left out.</summary>
    public void AddFile(string path)
    {
        if (TextFile.Read("--header-file", path, Errors) is not { } text)
        {
            return;
        }

        var number = 0;
        foreach (var line in text.Split('\n'))
        {
            number++;
            var trimmed = line.Trim();
            var colon = trimmed.IndexOf(':', StringComparison.Ordinal);
            if (trimmed.Length > 0 && trimmed[0] != '#' && colon <= 0)
            {
                Errors.Add($"--header-file: {path}, line {number}: must be \"Name: value\"");
            }
            else if (trimmed.Length > 0 && trimmed[0] != '#')
            {
                Add($"--header-file: {path}, line {number}", trimmed[..colon].TrimEnd(), trimmed[(colon + 1)..].TrimStart());
            }
        }
    }
}
