using System.Runtime.InteropServices;

namespace McpProxy.EndToEnd.Tests.Harness;

/// <summary>Signals, as a service manager or a terminal sends them.</summary>
internal static partial class Posix
{
    public const int Interrupt = 2;
    public const int Kill = 9;
    public const int Terminate = 15;

    public static void Signal(int processId, int signal)
    {
        if (SendSignal(processId, signal) != 0)
        {
            throw new InvalidOperationException($"kill({processId}, {signal}) failed with errno {Marshal.GetLastPInvokeError()}.");
        }
    }

    /// <summary>Kills a process if it is still there.</summary>
    public static void TryKill(int processId) => _ = SendSignal(processId, Kill);

    /// <summary>A shell without job control starts what it puts in the background with SIGINT ignored, and children inherit that.</summary>
    public static void SkipUnlessDelivered(int signal) =>
        Assert.SkipWhen(signal == Interrupt && IsInterruptIgnored(), "SIGINT is ignored here, so no program can be interrupted.");

    private static bool IsInterruptIgnored() =>
        OperatingSystem.IsLinux()
        && File.ReadLines("/proc/self/status").FirstOrDefault(line => line.StartsWith("SigIgn:", StringComparison.Ordinal)) is { } ignored
        && (Convert.ToUInt64(ignored[7..].Trim(), 16) & 0b10) != 0;

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int SendSignal(int processId, int signal);
}
