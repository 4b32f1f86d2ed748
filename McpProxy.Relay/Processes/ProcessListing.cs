using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;

namespace McpProxy.Relay.Processes;

/// <summary>The processes of a system without /proc, as macOS's ps lists them with their environment.</summary>
/// <remarks>The environment of Apple's own programs stays hidden, even from their owner: those are found by their parent alone.</remarks>
internal sealed class ProcessListing
{
    private static readonly string[] Arguments = ["-A", "-E", "-ww", "-o", "pid=", "-o", "ppid=", "-o", "command="];

    private readonly ILookup<int, int> _children;
    private readonly IReadOnlyList<int> _marked;

    private ProcessListing(IReadOnlyList<(int Id, int ParentId, bool IsMarked)> processes)
    {
        _children = processes.ToLookup(process => process.ParentId, process => process.Id);
        _marked = [.. processes.Where(process => process.IsMarked).Select(process => process.Id)];
    }

    /// <summary>Lists what runs now; nothing, where there is no ps.</summary>
    /// <param name="mark">What <see cref="ProcessMark"/> put into an environment.</param>
    public static ProcessListing Read(string mark)
    {
        try
        {
            using var ps = Process.Start(new ProcessStartInfo("ps", Arguments) { RedirectStandardOutput = true, UseShellExecute = false })!;
            return Parse(ps.StandardOutput, mark);
        }
        catch (Exception e) when (e is Win32Exception or IOException)
        {
            return new ProcessListing([]);
        }
    }

    /// <summary>Reads lines of process number, parent's number, and command with environment.</summary>
    public static ProcessListing Parse(TextReader lines, string mark)
    {
        var processes = new List<(int, int, bool)>();
        while (lines.ReadLine() is { } line)
        {
            var words = line.Split(' ', 3, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            if (words.Length == 3 && TryNumber(words[0], out var id) && TryNumber(words[1], out var parentId))
            {
                processes.Add((id, parentId, words[2].Contains(mark, StringComparison.Ordinal)));
            }
        }

        return new ProcessListing(processes);
    }

    /// <summary>A process, all that are marked, and all below these.</summary>
    public IReadOnlyCollection<int> Tree(int root)
    {
        var members = new HashSet<int>();
        var open = new Queue<int>([root, .. _marked]);
        while (open.TryDequeue(out var id))
        {
            foreach (var child in members.Add(id) ? _children[id] : [])
            {
                open.Enqueue(child);
            }
        }

        return members;
    }

    private static bool TryNumber(string word, out int number) => int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}
