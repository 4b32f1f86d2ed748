using System.Globalization;

namespace McpProxy.Soak.Programs;

/// <summary>What <c>/proc</c> tells of processes (Linux only; elsewhere nothing).</summary>
internal static class ProcessFiles
{
    /// <summary>Memory, descriptors and threads of a process now.</summary>
    public static Sample Read(int id)
    {
        if (!OperatingSystem.IsLinux())
        {
            return new Sample(0, 0, 0);
        }

        var status = File.ReadAllLines($"/proc/{id}/status");
        return new Sample(Number(status, "VmRSS:"), Directory.EnumerateFileSystemEntries($"/proc/{id}/fd").Count(), (int)Number(status, "Threads:"));
    }

    /// <summary>The most memory that was ever resident, in KB.</summary>
    public static long PeakKilobytes(int id) => OperatingSystem.IsLinux() ? Number(File.ReadAllLines($"/proc/{id}/status"), "VmHWM:") : 0;

    /// <summary>The ports of a process's established connections: its own, and those of its peers.</summary>
    public static IReadOnlyList<(int Local, int Remote)> Connections(int id)
    {
        if (!OperatingSystem.IsLinux())
        {
            return [];
        }

        var sockets = Directory.EnumerateFileSystemEntries($"/proc/{id}/fd").Select(Target).Where(target => target.StartsWith("socket:[", StringComparison.Ordinal))
            .Select(target => target[8..^1]).ToHashSet(StringComparer.Ordinal);
        return [.. ((string[])["tcp", "tcp6"]).SelectMany(table => File.ReadLines($"/proc/{id}/net/{table}").Skip(1))
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Where(fields => fields[3] == "01" && sockets.Contains(fields[9]))
            .Select(fields => (Port(fields[1]), Port(fields[2])))];
    }

    /// <summary>How many descriptors a process has of each kind. Not those of programs: what is loaded stays loaded.</summary>
    public static IReadOnlyDictionary<string, int> Descriptors(int id) => OperatingSystem.IsLinux()
        ? Directory.EnumerateFileSystemEntries($"/proc/{id}/fd").Select(Target).Where(target => Path.GetExtension(target) is not (".dll" or ".pdb"))
            .CountBy(Kind).ToDictionary(StringComparer.Ordinal)
        : new Dictionary<string, int>(StringComparer.Ordinal);

    /// <summary>The processes with <c>NAME=VALUE</c> in their environment: whatever became of their parents, children inherit it.</summary>
    public static IReadOnlyList<int> Marked(string variable)
    {
        if (!OperatingSystem.IsLinux())
        {
            return [];
        }

        return [.. Directory.EnumerateDirectories("/proc")
            .Select(folder => int.TryParse(Path.GetFileName(folder.AsSpan()), NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : 0)
            .Where(id => id > 0 && IsMarked(id, variable))];
    }

    /// <summary>Id, parent and command of a process, for the report of a problem.</summary>
    public static string Describe(int id)
    {
        try
        {
            var parent = File.ReadLines($"/proc/{id}/status").First(line => line.StartsWith("PPid:", StringComparison.Ordinal))[5..].Trim();
            return $"{id} (parent {parent}) {File.ReadAllText($"/proc/{id}/cmdline").Replace('\0', ' ').Trim()}";
        }
        catch (IOException)
        {
            return $"{id}, which ended meanwhile";
        }
    }

    private static bool IsMarked(int id, string variable)
    {
        try
        {
            return File.ReadAllText($"/proc/{id}/environ").Contains(variable, StringComparison.Ordinal);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false; // It ended meanwhile, or is somebody else's.
        }
    }

    private static string Target(string link)
    {
        try
        {
            return new FileInfo(link).LinkTarget ?? "";
        }
        catch (IOException)
        {
            return ""; // It was closed meanwhile.
        }
    }

    // "pipe:[4711]" and "socket:[4712]" by what they are, files by their names.
    private static string Kind(string target) => target.IndexOf(":[", StringComparison.Ordinal) is > 0 and var end && !target.StartsWith("anon_inode", StringComparison.Ordinal)
        ? target[..end]
        : target;

    private static int Port(string address) => int.Parse(address[(address.IndexOf(':', StringComparison.Ordinal) + 1)..], NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    private static long Number(IEnumerable<string> lines, string name)
    {
        var value = lines.First(line => line.StartsWith(name, StringComparison.Ordinal))[name.Length..].Trim();
        return long.Parse(value.Split(' ')[0], CultureInfo.InvariantCulture);
    }
}

/// <param name="ResidentKilobytes">Resident memory.</param>
/// <param name="Descriptors">Open file descriptors.</param>
/// <param name="Threads">Threads.</param>
internal sealed record Sample(long ResidentKilobytes, int Descriptors, int Threads)
{
    public Sample Max(Sample other) => new(
        Math.Max(ResidentKilobytes, other.ResidentKilobytes), Math.Max(Descriptors, other.Descriptors), Math.Max(Threads, other.Threads));

    public override string ToString() => $"{ResidentKilobytes / 1024} MB, {Descriptors} descriptors, {Threads} threads";
}
