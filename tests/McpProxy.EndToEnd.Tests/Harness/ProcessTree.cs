using System.Globalization;

namespace McpProxy.EndToEnd.Tests.Harness;

/// <summary>The processes below one process, read from <c>/proc</c>.</summary>
internal static class ProcessTree
{
    /// <summary>Every living descendant, children first.</summary>
    public static IReadOnlyList<ProcessIdentity> Descendants(int processId)
    {
        var children = Running().ToLookup(process => process.ParentId);
        var found = new List<ProcessIdentity>();
        var parents = new Queue<int>([processId]);
        while (parents.TryDequeue(out var parent))
        {
            foreach (var child in children[parent])
            {
                found.Add(child);
                parents.Enqueue(child.Id);
            }
        }

        return found;
    }

    /// <summary>Every process that runs.</summary>
    public static IEnumerable<ProcessIdentity> Running()
    {
        foreach (var directory in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(directory), CultureInfo.InvariantCulture, out var id)
                && ProcessIdentity.Read(id) is { } process)
            {
                yield return process;
            }
        }
    }
}
