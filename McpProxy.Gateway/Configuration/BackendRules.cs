namespace McpProxy.Gateway.Configuration;

/// <summary>What a backend must look like, wherever it is configured.</summary>
internal static class BackendRules
{
    public const string WantedName = "letters, digits and - . _ ~ only, because it is part of the address";
    public const string WantedTimeout = "1s to 1h";

    /// <summary>The transports that an entry may name; hosts spell them in several ways.</summary>
    public static IReadOnlyList<string> Transports { get; } =
        ["stdio", "http", "streamable-http", "streamable_http", "streamablehttp", "sse"];

    /// <summary>Whether a name is safe as a segment of a URL's path.</summary>
    /// <remarks>The unreserved characters of RFC 3986, section 2.3; <c>.</c> and <c>..</c> would be resolved away.</remarks>
    public static bool IsName(string name) =>
        name is not ("" or "." or "..") && name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '.' or '_' or '~');

    /// <summary>Whether a name can be that of an environment variable.</summary>
    public static bool IsVariable(string name) => name.Length > 0 && name.AsSpan().IndexOfAny('=', '\0') < 0;

    /// <summary>Whether a backend may take this long to answer <c>initialize</c>.</summary>
    public static bool IsTimeout(TimeSpan timeout) => timeout >= TimeSpan.FromSeconds(1) && timeout <= TimeSpan.FromHours(1);

    /// <summary>Checks one backend.</summary>
    /// <returns>
    /// Every mistake: the property that it is about (none: the entry as a whole), and what is wrong. Never a value: it may be a secret.
    /// </returns>
    public static IEnumerable<(string? Property, string Mistake)> Mistakes(string name, BackendOptions backend)
    {
        if (!IsName(name))
        {
            yield return (null, $"the name may hold {WantedName}");
        }

        if (string.IsNullOrEmpty(backend.Command) == string.IsNullOrEmpty(backend.Url))
        {
            yield return (null, "must have a command or a url, and not both");
        }

        if (backend.Timeout is { } timeout && !IsTimeout(timeout))
        {
            yield return (nameof(BackendOptions.Timeout), $"must be {WantedTimeout}");
        }

        if (backend.Transport is { } transport && !Transports.Contains(transport, StringComparer.OrdinalIgnoreCase))
        {
            yield return (nameof(BackendOptions.Transport), $"must be one of {string.Join(", ", Transports)}");
        }

        if (!backend.Env.Keys.All(IsVariable))
        {
            yield return (nameof(BackendOptions.Env), "has a variable whose name is empty or contains '='");
        }
    }

    /// <summary>Why this version of the gateway cannot serve a backend that is correctly configured; null when it can.</summary>
    public static string? WhyUnsupported(BackendOptions backend) => string.IsNullOrEmpty(backend.Url)
        ? null
        : "skipped: it has a url, and this version serves commands only (\"mcp-proxy URL\" reaches a remote server over stdio)";
}
