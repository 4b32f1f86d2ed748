using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace McpProxy.Bridge.Stdio;

/// <summary>Whether a descriptor is ready to be read or written, and waiting for that (poll(2)). Not on Windows.</summary>
internal static partial class Readiness
{
    /// <summary>There is something to read, or the end (POLLIN).</summary>
    public const short ToRead = 1;

    /// <summary>There is room to write (POLLOUT).</summary>
    public const short ToWrite = 4;

    private const int Interrupted = 4; // EINTR

    private static readonly int WouldWait = OperatingSystem.IsLinux() ? 11 : 35; // EAGAIN

    /// <summary>Tells why the read or write before this failed.</summary>
    /// <returns>Whether it would have had to wait, where the other side has made the descriptor one that does not; else it was interrupted.</returns>
    /// <exception cref="IOException">For any other reason, which its <see cref="Exception.HResult"/> is (errno).</exception>
    public static bool MustBeWaitedFor() => Marshal.GetLastPInvokeError() switch
    {
        var error when error == WouldWait => true,
        Interrupted => false,
        var error => throw new IOException(Marshal.GetPInvokeErrorMessage(error), error),
    };

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
