using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;

namespace McpProxy.Relay.Processes;

/// <summary>
/// A job object whose processes end when its last handle is closed, be it by a crash of ours. What a process in it starts is in it too, from
/// the first moment.
/// </summary>
/// <remarks>Jobs nest (since Windows 8): being in one already, as under a service manager or a CI, is no hindrance.</remarks>
[SupportedOSPlatform("windows")]
internal sealed partial class WindowsJob : IDisposable
{
    private const int ExtendedLimitInformation = 9;
    private const uint KillOnJobClose = 0x2000;

    private static readonly Lazy<WindowsJob?> Own = new(() =>
    {
        using var self = Process.GetCurrentProcess();
        return TryCreate(self.SafeHandle);
    });

    private readonly SafeFileHandle _handle;

    private WindowsJob(SafeFileHandle handle) => _handle = handle;

    /// <summary>Puts this process into a job that lasts as long as it does; all that it starts from now on dies with it.</summary>
    /// <returns>Whether that was allowed.</returns>
    public static bool EncloseSelf() => Own.Value is not null;

    /// <summary>A new job around a process; null when the system refuses.</summary>
    public static WindowsJob? TryCreate(SafeProcessHandle process)
    {
        var handle = CreateJobObject(0, 0);
        if (!handle.IsInvalid && Limit(handle) && AssignProcessToJobObject(handle, process))
        {
            return new WindowsJob(handle);
        }

        handle.Dispose();
        return null;
    }

    /// <summary>Ends every process in the job.</summary>
    public void Dispose() => _handle.Dispose();

    private static unsafe bool Limit(SafeFileHandle job)
    {
        var limits = new ExtendedLimits { LimitFlags = KillOnJobClose };
        return SetInformationJobObject(job, ExtendedLimitInformation, &limits, (uint)sizeof(ExtendedLimits));
    }

    [LibraryImport("kernel32", EntryPoint = "CreateJobObjectW", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static partial SafeFileHandle CreateJobObject(nint attributes, nint name);

    [LibraryImport("kernel32", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static unsafe partial bool SetInformationJobObject(SafeFileHandle job, int informationClass, void* information, uint length);

    [LibraryImport("kernel32", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool AssignProcessToJobObject(SafeFileHandle job, SafeProcessHandle process);

    /// <summary>JOBOBJECT_EXTENDED_LIMIT_INFORMATION (winnt.h), the part with the limits, the I/O counters, and the memory limits.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct ExtendedLimits
    {
        public long PerProcessUserTimeLimit;
        public long PerJobUserTimeLimit;
        public uint LimitFlags;
        public nuint MinimumWorkingSetSize;
        public nuint MaximumWorkingSetSize;
        public uint ActiveProcessLimit;
        public nuint Affinity;
        public uint PriorityClass;
        public uint SchedulingClass;
        public IoCounters Io;
        public nuint ProcessMemoryLimit;
        public nuint JobMemoryLimit;
        public nuint PeakProcessMemoryUsed;
        public nuint PeakJobMemoryUsed;
    }

    /// <summary>IO_COUNTERS (winnt.h).</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct IoCounters
    {
        public ulong ReadOperationCount;
        public ulong WriteOperationCount;
        public ulong OtherOperationCount;
        public ulong ReadTransferCount;
        public ulong WriteTransferCount;
        public ulong OtherTransferCount;
    }
}
