using Microsoft.Win32.SafeHandles;

namespace McpProxy.Bridge.Stdio;

/// <summary>A pipe whose reader waits for what comes, also where a host has made it one that does not wait.</summary>
/// <param name="pipe">The end to read from; of a file or a terminal as well.</param>
internal sealed class WaitingInput(SafeFileHandle pipe) : FileStream(pipe, FileAccess.Read, bufferSize: 0)
{
    private const int AsLongAsItTakes = -1;

    private readonly SafeFileHandle _pipe = pipe;

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer)
    {
        while (true)
        {
            try
            {
                return base.Read(buffer);
            }
            catch (IOException e) when (e.HResult == Readiness.WouldWait)
            {
                Readiness.Wait(_pipe, Readiness.ToRead, AsLongAsItTakes);
            }
        }
    }
}
