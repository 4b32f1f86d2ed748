using System.Diagnostics;

namespace McpProxy.Relay.Processes;

/// <summary>How the guard is started.</summary>
internal static class GuardCommand
{
    private const string Shell = "/bin/sh";

    /// <summary>What the script calls.</summary>
    private static readonly string[] Needed = OperatingSystem.IsLinux() ? ["grep", "cat", "sleep"] : ["ps", "sleep"];

    /// <summary>The command, or null where it cannot be run.</summary>
    public static ProcessStartInfo? Create()
    {
        var start = new ProcessStartInfo
        {
            // None of our own: a supervisor that waits for the end of our stderr must not wait for the guard.
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            WorkingDirectory = "/",
        };
        Limit(start.Environment);
        if (!File.Exists(Shell) || Needed.Any(name => CommandLocator.Find(name, "/", start.Environment) is null))
        {
            return null;
        }

        // A session of its own, where there is the command for it: who kills our process group does not kill the guard.
        var setsid = CommandLocator.Find("setsid", "/", start.Environment);
        start.FileName = setsid ?? Shell;
        foreach (var word in (string[])[.. setsid is null ? Array.Empty<string>() : [Shell], "-c", GuardScript.Text, "mcp-proxy-guard"])
        {
            start.ArgumentList.Add(word);
        }

        return start;
    }

    /// <summary>Only the PATH: the guard is no child that another gateway's guard may end, and needs none of our secrets.</summary>
    private static void Limit(IDictionary<string, string?> environment)
    {
        environment.TryGetValue("PATH", out var path);
        environment.Clear();
        environment["PATH"] = string.IsNullOrEmpty(path) ? "/usr/bin:/bin" : path;
    }
}
