using System.Runtime.InteropServices;
using McpProxy.Relay.Transports;
using Microsoft.Win32.SafeHandles;

namespace McpProxy.Bridge.Stdio;

/// <summary>
/// What is read with read(2), on the caller's thread: of a file, whoever shares it goes on behind what was read; and a pipe is waited for,
/// also where a host has made it one that does not wait.
/// </summary>
/// <param name="source">The end to read from.</param>
internal sealed partial class WaitingInput(SafeFileHandle source) : ReadOnlyStream
{
    private const int AsLongAsItTakes = -1;

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer)
    {
        while (true)
        {
            var length = Read((int)source.DangerousGetHandle(), buffer, (nuint)buffer.Length);
            if (length >= 0)
            {
                return (int)length;
            }

            if (Readiness.MustBeWaitedFor())
            {
                Readiness.Wait(source, Readiness.ToRead, AsLongAsItTakes);
            }
        }
    }

    /// <inheritdoc/>
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => new(Read(buffer.Span));

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nint Read(int descriptor, Span<byte> buffer, nuint length);
}
