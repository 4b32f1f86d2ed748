using System.Diagnostics;

namespace McpProxy.LoadBench.Programs;

/// <summary>What a process has used: it alone, without its children.</summary>
/// <param name="Cpu">User and system time, in steps of 10 ms on Linux.</param>
/// <param name="ResidentMegabytes">Resident memory now.</param>
/// <param name="PeakMegabytes">Most resident memory since its start, or since <see cref="ForgetPeak"/>.</param>
internal readonly record struct ProcessUsage(TimeSpan Cpu, double ResidentMegabytes, double PeakMegabytes)
{
    private const double Megabyte = 1024 * 1024;

    public static ProcessUsage Of(Process process)
    {
        process.Refresh();
        return new ProcessUsage(process.TotalProcessorTime, process.WorkingSet64 / Megabyte, process.PeakWorkingSet64 / Megabyte);
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
