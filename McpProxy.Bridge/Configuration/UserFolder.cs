namespace McpProxy.Bridge.Configuration;

/// <summary>Where what belongs to the user, and not to a program, is kept between runs.</summary>
internal static class UserFolder
{
    private const string Name = "mcp-proxy";

    /// <summary>Finds the folder; it need not be there.</summary>
    /// <param name="variable">Gives the value of an environment variable; null when it is not set.</param>
    public static string Find(Func<string, string?> variable)
    {
        if (OperatingSystem.IsWindows())
        {
            return Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData), Name);
        }

        var home = variable("HOME") is { Length: > 0 } found ? found : Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        if (OperatingSystem.IsMacOS())
        {
            return Path.Combine(home, "Library", "Application Support", Name);
        }

        // XDG Base Directory Specification 0.8: the variable counts only when it is an absolute path.
        return variable("XDG_STATE_HOME") is { } state && Path.IsPathRooted(state) ? Path.Combine(state, Name) : Path.Combine(home, ".local", "state", Name);
    }
}
