using System.Diagnostics;

namespace McpProxy.LoadBench.Programs;

/// <summary>What a process has used: it alone, without its children.</summary>
/// <param name="Cpu">User and system time, in steps of 10 ms on Linux.</param>
/// <param name="ResidentBytes">Resident memory now.</param>
/// <param name="PeakBytes">Most resident memory since its start, or since <see cref="ForgetPeak"/>.</param>
internal readonly record struct ProcessUsage(TimeSpan Cpu, long ResidentBytes, long PeakBytes)
{
    public static ProcessUsage Of(Process process)
    {
        process.Refresh();
        return new ProcessUsage(process.TotalProcessorTime, process.WorkingSet64, process.PeakWorkingSet64);
    }

    /// <summary>Lets the peak begin anew (Linux only; see proc_pid_clear_refs(5)).</summary>
    public static void ForgetPeak(int id)
    {
        if (OperatingSystem.IsLinux())
        {
            File.WriteAllText($"/proc/{id}/clear_refs", "5");
        }
    }
}
