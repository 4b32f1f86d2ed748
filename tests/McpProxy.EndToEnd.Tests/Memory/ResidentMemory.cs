using System.Globalization;

namespace McpProxy.EndToEnd.Tests.Memory;

/// <param name="NowKilobytes"><c>VmRSS</c>: resident now.</param>
/// <param name="PeakKilobytes"><c>VmHWM</c>: the most that ever was.</param>
internal sealed record ResidentMemory(long NowKilobytes, long PeakKilobytes)
{
    /// <summary>Reads <c>/proc/ID/status</c>, see proc_pid_status(5).</summary>
    public static ResidentMemory Of(int processId)
    {
        var lines = File.ReadAllLines($"/proc/{processId}/status");
        return new ResidentMemory(Read(lines, "VmRSS:"), Read(lines, "VmHWM:"));
    }

    /// <summary>Makes the peak start anew from what is resident now, see proc_pid_clear_refs(5).</summary>
    public static void ResetPeak(int processId) => File.WriteAllText($"/proc/{processId}/clear_refs", "5");

    private static long Read(IEnumerable<string> lines, string name)
    {
        var value = lines.First(line => line.StartsWith(name, StringComparison.Ordinal))[name.Length..].Trim();
        return long.Parse(value.Split(' ')[0], CultureInfo.InvariantCulture);
    }
}
