using System.Diagnostics;
using System.Text;

namespace McpProxy.Relay.Processes;

/// <summary>
/// Builds the command line that runs a <c>.cmd</c> or <c>.bat</c> file: only cmd.exe can, and it reads arguments by rules of its own
/// (CVE-2024-24576 and its kin: an argument must not become a command).
/// </summary>
public static class WindowsShim
{
    /// <summary>Lets a process run a program that was found, through cmd.exe where that has to be.</summary>
    /// <exception cref="ArgumentException">An argument cannot be passed to cmd.exe.</exception>
    public static void SetCommand(ProcessStartInfo start, string path, IEnumerable<string> arguments)
    {
        if (OperatingSystem.IsWindows() && IsNeeded(path))
        {
            start.FileName = Environment.GetEnvironmentVariable("ComSpec") ?? "cmd.exe";
            start.Arguments = Arguments(path, arguments);
            return;
        }

        start.FileName = path;
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }
    }

    /// <summary>Whether <paramref name="path"/> needs cmd.exe.</summary>
    private static bool IsNeeded(string path) =>
        path.EndsWith(".cmd", StringComparison.OrdinalIgnoreCase) || path.EndsWith(".bat", StringComparison.OrdinalIgnoreCase);

    /// <summary>The arguments of cmd.exe, as one string.</summary>
    /// <exception cref="ArgumentException">An argument holds a line end, which no quoting carries.</exception>
    private static string Arguments(string path, IEnumerable<string> arguments)
    {
        // /d: no AutoRun. /s with outer quotes: only those are stripped. /v:off: "!" is a letter. /e:on: the %-guard below works.
        var line = new StringBuilder("/d /e:on /v:off /s /c \"");
        line.Append('"').Append(path).Append('"');
        foreach (var argument in arguments)
        {
            line.Append(' ');
            Append(line, argument);
        }

        return line.Append('"').ToString();
    }

    private static void Append(StringBuilder line, string argument)
    {
        if (argument.AsSpan().ContainsAny('\r', '\n', '\0'))
        {
            throw new ArgumentException("An argument of a .cmd or .bat file must not contain a line end.", nameof(argument));
        }

        line.Append('"');
        var backslashes = 0;
        foreach (var letter in argument)
        {
            backslashes = letter == '\\' ? backslashes + 1 : 0;
            line.Append(letter switch
            {
                '"' => "\"\"",
                '%' => "%%cd:~,%", // Expands to a lone percent sign, and no name can be read across it.
                _ => letter.ToString(),
            });
        }

        // Backslashes before the closing quote would escape it for the program that the shim starts.
        line.Append('\\', backslashes).Append('"');
    }
}
