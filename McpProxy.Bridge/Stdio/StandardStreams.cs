using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace McpProxy.Bridge.Stdio;

/// <summary>
/// This process's own stdin, stdout and stderr, as what they are. On Unix the console is not used: it would send escape sequences to a
/// terminal on stdout (ConsolePal.EnsureInitialized, .NET 10), and would not tell that nobody reads stdout any more.
/// </summary>
internal static partial class StandardStreams
{
    private const int Input = 0;
    private const int Output = 1;
    private const int Error = 2;

    private const int GetFlags = 1; // F_GETFD
    private const int CloseOnExec = 1; // FD_CLOEXEC

    /// <summary>Stdin; at its end when it was closed at the start.</summary>
    public static Stream OpenInput() =>
        OperatingSystem.IsWindows() ? new BlockingStream(Console.OpenStandardInput()) : new WaitingInput(Open(Input));

    /// <summary>Stdout; writing fails when it was closed at the start.</summary>
    public static Stream OpenOutput() => OperatingSystem.IsWindows() ? Console.OpenStandardOutput() : new PromptOutput(Open(Output));

    /// <summary>Stderr, which nobody ever waits for.</summary>
    public static TextWriter OpenError() => new BacklogWriter(
        OperatingSystem.IsWindows() ? Console.OpenStandardError() : new PromptOutput(Open(Error)), Console.OutputEncoding);

    /// <summary>
    /// What this process was given under that number. When it was given nothing, the runtime has something else of its own there (a pipe to
    /// itself); then this is at its end, and cannot be written to (EBADF).
    /// </summary>
    private static SafeFileHandle Open(int descriptor) =>
        IsInherited(descriptor) ? new SafeFileHandle(descriptor, ownsHandle: false) : File.OpenHandle("/dev/null");

    /// <summary>What is closed on exec was opened by this process, and -1 (EBADF) is not open at all.</summary>
    private static bool IsInherited(int descriptor) => (ControlFile(descriptor, GetFlags) & CloseOnExec) == 0;

    [LibraryImport("libc", EntryPoint = "fcntl")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int ControlFile(int descriptor, int command);
}
