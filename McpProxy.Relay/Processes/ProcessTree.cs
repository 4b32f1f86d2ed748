using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace McpProxy.Relay.Processes;

/// <summary>The processes below one process: found, asked to end, made to end.</summary>
public static partial class ProcessTree
{
    private const int SigTerm = 15;
    private const int SigKill = 9;

    /// <summary>A process that cannot be mistaken for a later one with the same number.</summary>
    public readonly record struct Member(int Id, ulong StartTime);

    /// <summary>The process of that number.</summary>
    public static Member Find(int id) => OperatingSystem.IsLinux() && ReadStat(id) is { } found ? found.Member : new Member(id, 0);

    /// <summary>The process and everything below it now. On Windows: the process alone; a job object has the others.</summary>
    /// <param name="root">The process.</param>
    /// <param name="mark">What <see cref="ProcessMark"/> put into its environment: what lost its parent is found by that.</param>
    public static IReadOnlyList<Member> Snapshot(Member root, string mark)
    {
        if (!OperatingSystem.IsLinux())
        {
            return OperatingSystem.IsMacOS() ? [.. ProcessListing.Read(mark).Tree(root.Id).Select(Find)] : [root];
        }

        var younger = AllProcesses().Where(process => process.Member.StartTime >= root.StartTime).ToList();
        var byParent = younger.ToLookup(process => process.ParentId, process => process.Member);
        var members = new HashSet<Member>();
        var open = new Queue<Member>(younger.Select(process => process.Member).Where(member => member == root || IsMarked(member.Id, mark)));
        while (open.TryDequeue(out var member))
        {
            foreach (var child in members.Add(member) ? byParent[member.Id] : [])
            {
                open.Enqueue(child);
            }
        }

        return [.. members];
    }

    /// <summary>Those of <paramref name="members"/> that still run.</summary>
    public static IReadOnlyList<Member> Alive(IEnumerable<Member> members) => [.. members.Where(IsAlive)];

    /// <summary>Asks each to end: SIGTERM. Windows has no such signal; there it does nothing.</summary>
    public static void Terminate(IEnumerable<Member> members) => Signal(members, SigTerm);

    /// <summary>Makes each end.</summary>
    public static void Kill(IEnumerable<Member> members) => Signal(members, SigKill);

    private static void Signal(IEnumerable<Member> members, int signal)
    {
        foreach (var member in members)
        {
            if (!OperatingSystem.IsWindows() && IsAlive(member))
            {
                _ = SendSignal(member.Id, signal);
            }
        }
    }

    private static bool IsAlive(Member member)
    {
        if (OperatingSystem.IsLinux())
        {
            return ReadStat(member.Id) is { } now && now.Member == member && now.State is not ('Z' or 'X');
        }

        try
        {
            using var process = Process.GetProcessById(member.Id);
            return !process.HasExited;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    private static bool IsMarked(int id, string mark)
    {
        try
        {
            return File.ReadAllBytes($"/proc/{id}/environ").AsSpan().IndexOf(Encoding.UTF8.GetBytes(mark)) >= 0;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false; // It ended meanwhile, or is somebody else's.
        }
    }

    private static IEnumerable<(Member Member, int ParentId, char State)> AllProcesses()
    {
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder.AsSpan()), NumberStyles.None, CultureInfo.InvariantCulture, out var id) && ReadStat(id) is { } stat)
            {
                yield return stat;
            }
        }
    }

    /// <summary>Reads /proc/ID/stat (proc_pid_stat(5)): after the name in brackets come state, parent, and as field 22 the start time.</summary>
    private static (Member Member, int ParentId, char State)? ReadStat(int id)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{id}/stat");
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return (new Member(id, ulong.Parse(fields[19], CultureInfo.InvariantCulture)), int.Parse(fields[1], CultureInfo.InvariantCulture), fields[0][0]);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or FormatException or IndexOutOfRangeException)
        {
            return null; // It ended meanwhile.
        }
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SendSignal(int processId, int signal);
}
