using System.Globalization;

namespace McpProxy.EndToEnd.Tests.Harness;

/// <summary>One process: its id, and its start time because ids are used again.</summary>
internal sealed record ProcessIdentity(int Id, int ParentId, string Name, long StartTicks)
{
    /// <summary>Whether this very process still runs. A zombie does not.</summary>
    public bool IsAlive => Read(Id) is { } now && now.StartTicks == StartTicks;

    /// <summary>Reads <c>/proc/ID/stat</c>, see proc_pid_stat(5); null when there is no such process or it is a zombie.</summary>
    public static ProcessIdentity? Read(int id)
    {
        string stat;
        try
        {
            stat = File.ReadAllText($"/proc/{id}/stat");
        }
        catch (IOException)
        {
            return null;
        }

        // The name is in parentheses and may itself contain anything; what follows the last one is plain.
        var open = stat.IndexOf('(', StringComparison.Ordinal);
        var close = stat.LastIndexOf(')');
        var fields = stat[(close + 2)..].Split(' ');
        return fields[0] is "Z" or "X"
            ? null
            : new ProcessIdentity(
                id,
                int.Parse(fields[1], CultureInfo.InvariantCulture),
                stat[(open + 1)..close],
                long.Parse(fields[19], CultureInfo.InvariantCulture));
    }
}
