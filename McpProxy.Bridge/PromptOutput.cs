using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace McpProxy.Bridge;

/// <summary>
/// A pipe that is written to on the caller's thread while it has room, and on another one when it has none: whoever does not read holds
/// nobody up, and for whoever does no thread is woken up.
/// </summary>
/// <param name="pipe">The end to write to: of a pipe, or of a stream socket.</param>
internal sealed partial class PromptOutput(SafeFileHandle pipe) : FileStream(pipe, FileAccess.Write, bufferSize: 0)
{
    /// <summary>A pipe that can be written to takes at least so much at once (poll(2) and pipe(7) on Linux: PIPE_BUF), and a socket more.</summary>
    private const int RoomBytes = 4096;

    private const short CanBeWritten = 4; // POLLOUT

    private readonly SafeFileHandle _pipe = pipe;

    /// <inheritdoc/>
    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (buffer.Length > RoomBytes || cancellationToken.IsCancellationRequested || !HasRoom())
        {
            return base.WriteAsync(buffer, cancellationToken);
        }

        try
        {
            Write(buffer.Span);
            return ValueTask.CompletedTask;
        }
        catch (IOException e)
        {
            return ValueTask.FromException(e);
        }
    }

    /// <inheritdoc/>
    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask; // Nothing is kept back.

    private bool HasRoom()
    {
        if (!OperatingSystem.IsLinux())
        {
            return false; // Others promise less, and more of them block.
        }

        var request = new PollRequest { Descriptor = (int)_pipe.DangerousGetHandle(), Wanted = CanBeWritten };
        return Poll(ref request, count: 1, milliseconds: 0) == 1 && (request.Found & CanBeWritten) != 0;
    }

    [LibraryImport("libc", EntryPoint = "poll")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Poll(ref PollRequest request, nuint count, int milliseconds);

    /// <summary>struct pollfd.</summary>
    private struct PollRequest
    {
        public int Descriptor;
        public short Wanted;
        public short Found;
    }
}
