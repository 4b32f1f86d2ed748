namespace McpProxy.Relay.Processes;

/// <summary>Finds the program that a command names, as a shell would: on the child's PATH, never in the folder that we happen to be in.</summary>
public static class CommandLocator
{
    /// <summary>The program's full path, or null.</summary>
    /// <param name="command">A name, or a path with a separator in it.</param>
    /// <param name="workingDirectory">What a relative path is relative to.</param>
    /// <param name="environment">The child's environment.</param>
    public static string? Find(string command, string workingDirectory, IDictionary<string, string?> environment)
    {
        var extensions = Extensions(command, environment);
        if (command.Contains('/') || (OperatingSystem.IsWindows() && command.Contains('\\')))
        {
            return FirstFile(Path.GetFullPath(command, workingDirectory), extensions);
        }

        var path = environment.TryGetValue("PATH", out var value) ? value ?? "" : "";
        return path.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Select(folder => FirstFile(Path.Combine(Path.GetFullPath(folder, workingDirectory), command), extensions))
            .FirstOrDefault(found => found is not null);
    }

    private static string? FirstFile(string path, string[] extensions) =>
        extensions.Select(extension => path + extension).FirstOrDefault(IsExecutable);

    // On Windows npx, uvx and their like are npx.cmd and so on; CreateProcess itself adds only .exe.
    private static string[] Extensions(string command, IDictionary<string, string?> environment)
    {
        if (!OperatingSystem.IsWindows())
        {
            return [""];
        }

        var pathExt = environment.TryGetValue("PATHEXT", out var value) && !string.IsNullOrEmpty(value) ? value : ".COM;.EXE;.BAT;.CMD";
        return Path.HasExtension(command) ? ["", .. pathExt.Split(';')] : pathExt.Split(';');
    }

    private static bool IsExecutable(string path) =>
        File.Exists(path)
        && (OperatingSystem.IsWindows()
            || (File.GetUnixFileMode(path) & (UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute)) != UnixFileMode.None);
}
