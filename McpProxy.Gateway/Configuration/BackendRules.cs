using McpProxy.Relay.Remote;

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

    /// <summary>Whether it can be sent as a header (RFC 9110, section 5).</summary>
    public static bool IsHeader(string name, string value) =>
        name.Length > 0 && name.All(letter => char.IsAsciiLetterOrDigit(letter) || "!#$%&'*+-.^_`|~".Contains(letter)) && value.AsSpan().IndexOfAny('\r', '\n', '\0') < 0;

    /// <summary>Whether a remote server can be at this address. A password in it would reach logs.</summary>
    public static bool IsAddress(string url) =>
        Uri.TryCreate(url, UriKind.Absolute, out var address) && address.Scheme is "http" or "https" && address.UserInfo.Length == 0;

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

        if (backend.IsRemote && !IsAddress(backend.Url!))
        {
            yield return (nameof(BackendOptions.Url), "must be an address that starts with http:// or https://, without a user name");
        }

        if (backend.IsRemote && "stdio".Equals(backend.Transport, StringComparison.OrdinalIgnoreCase))
        {
            yield return (nameof(BackendOptions.Transport), "is stdio, which a url does not speak");
        }

        if (!backend.Headers.All(header => IsHeader(header.Key, header.Value)))
        {
            yield return (nameof(BackendOptions.Headers), "has a header whose name or value HTTP does not allow");
        }

        if (!backend.Env.Keys.All(IsVariable))
        {
            yield return (nameof(BackendOptions.Env), "has a variable whose name is empty or contains '='");
        }
    }

    /// <summary>The transport by which a remote server is reached.</summary>
    public static RemoteKind KindOf(string? transport) => transport?.ToUpperInvariant() switch
    {
        null => RemoteKind.Auto,
        "SSE" => RemoteKind.HttpSse,
        _ => RemoteKind.StreamableHttp,
    };
}
