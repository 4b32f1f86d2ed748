using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace McpProxy.Bridge.Stdio;

/// <summary>Waits for a descriptor to be ready (poll(2)). Not on Windows.</summary>
internal static partial class Readiness
{
    /// <summary>There is something to read, or the end (POLLIN).</summary>
    public const short ToRead = 1;

    /// <summary>There is room to write (POLLOUT).</summary>
    public const short ToWrite = 4;

    /// <summary>The error of a read or a write that would have had to wait, where the other side has made the descriptor one that does not (EAGAIN).</summary>
    public static readonly int WouldWait = OperatingSystem.IsLinux() ? 11 : 35;

    /// <summary>Waits until it is ready.</summary>
    /// <param name="pipe">The descriptor.</param>
    /// <param name="wanted">What for.</param>
    /// <param name="milliseconds">How long; -1 for as long as it takes.</param>
    /// <returns>Whether it is.</returns>
    public static bool Wait(SafeFileHandle pipe, short wanted, int milliseconds)
    {
        var request = new Request { Descriptor = (int)pipe.DangerousGetHandle(), Wanted = wanted };
        return Poll(ref request, count: 1, milliseconds) == 1 && (request.Found & wanted) != 0;
    }

    [LibraryImport("libc", EntryPoint = "poll")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Poll(ref Request request, nuint count, int milliseconds);

    /// <summary>struct pollfd.</summary>
    private struct Request
    {
        public int Descriptor;
        public short Wanted;
        public short Found;
    }
}
