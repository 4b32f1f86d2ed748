using System.Runtime.InteropServices;
using McpProxy.LoadBench;

namespace McpProxy.ProfileRecorder.Recording;

/// <summary>Signals, as a service manager sends them.</summary>
internal static partial class Posix
{
    private const int SigTerm = 15;

    /// <summary>Asks a process to end.</summary>
    public static void Terminate(int processId)
    {
        if (Kill(processId, SigTerm) != 0)
        {
            throw new BenchException($"kill({processId}, SIGTERM) failed with errno {Marshal.GetLastPInvokeError()}.");
        }
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Kill(int processId, int signal);
}
