using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace McpProxy.Bridge.Stdio;

/// <summary>
/// A pipe that is written to on the caller's thread while it has room, and on another one when it has none: whoever does not read holds
/// nobody up, and for whoever does no thread is woken up.
/// </summary>
/// <param name="pipe">The end to write to: of a pipe, or of a stream socket. What always has room, such as a file, does as well.</param>
internal sealed partial class PromptOutput(SafeFileHandle pipe) : FileStream(pipe, FileAccess.Write, bufferSize: 0)
{
    /// <summary>A pipe that can be written to takes at least so much at once (poll(2) and pipe(7) on Linux: PIPE_BUF), and a socket more.</summary>
    private const int RoomBytes = 4096;

    /// <summary>How long a full pipe is waited for before it is seen whether it still should be.</summary>
    private const int WaitMilliseconds = 1000;

    private const int ReaderGone = 32; // EPIPE

    private static readonly int ReaderGoneInTheMiddle = OperatingSystem.IsLinux() ? 104 : 54; // ECONNRESET: a socket whose reader left something unread.

    private readonly SafeFileHandle _pipe = pipe;

    /// <summary>Whether a write failed for no other reason than that nobody reads any more.</summary>
    public static bool IsReaderGone(IOException failure) => failure.HResult == ReaderGone || failure.HResult == ReaderGoneInTheMiddle;

    /// <inheritdoc/>
    public override void Write(ReadOnlySpan<byte> buffer) => WriteAll(buffer, CancellationToken.None);

    /// <inheritdoc/>
    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var hasRoom = buffer.Length <= RoomBytes && !cancellationToken.IsCancellationRequested && HasRoom();
        try
        {
            var rest = hasRoom ? buffer[WriteSome(buffer.Span)..] : buffer;
            return rest.IsEmpty ? ValueTask.CompletedTask : new ValueTask(Task.Run(() => WriteAll(rest.Span, cancellationToken), cancellationToken));
        }
        catch (IOException e)
        {
            return ValueTask.FromException(e);
        }
    }

    /// <inheritdoc/>
    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask; // Nothing is kept back.

    private bool HasRoom() => OperatingSystem.IsLinux() && HasRoomWithin(milliseconds: 0); // Others promise less, and more of them block.

    private bool HasRoomWithin(int milliseconds) => Readiness.Wait(_pipe, Readiness.ToWrite, milliseconds);

    private void WriteAll(ReadOnlySpan<byte> data, CancellationToken cancellationToken)
    {
        while (!data.IsEmpty)
        {
            var written = WriteSome(data);
            data = data[written..];
            if (written == 0)
            {
                HasRoomWithin(WaitMilliseconds);
                cancellationToken.ThrowIfCancellationRequested();
            }
        }
    }

    /// <returns>How much was written: nothing when a host has made the pipe one that does not wait, and it is full.</returns>
    private int WriteSome(ReadOnlySpan<byte> data)
    {
        while (true)
        {
            var written = Write((int)_pipe.DangerousGetHandle(), data, (nuint)data.Length);
            if (written >= 0)
            {
                return (int)written;
            }

            if (Readiness.MustBeWaitedFor())
            {
                return 0;
            }
        }
    }

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nint Write(int descriptor, ReadOnlySpan<byte> data, nuint length);
}
