namespace McpProxy.AppHost.Model;

/// <summary>The names that a backend may have: safe in an address, in an environment variable and in a resource command.</summary>
internal static class BackendName
{
    /// <summary>The name of the backend that the gateway serves at the root.</summary>
    public const string Default = "default";

    /// <summary>Gives the name back when it may be used.</summary>
    /// <exception cref="ArgumentException">It may not; the message says why.</exception>
    public static string Check(string name)
    {
        if (name.Length == 0 || !name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_'))
        {
            throw new ArgumentException($"'{name}' cannot name a backend: letters, digits, - and _ only.", nameof(name));
        }

        // In an environment variable, two underscores separate the keys of a configuration path.
        return name.Contains("__", StringComparison.Ordinal) || name[0] == '_' || name[^1] == '_'
            ? throw new ArgumentException($"'{name}' cannot name a backend: single underscores only, and none at either end.", nameof(name))
            : name;
    }
}
