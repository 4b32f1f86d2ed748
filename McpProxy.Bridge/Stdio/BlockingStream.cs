using McpProxy.Relay.Transports;

namespace McpProxy.Bridge.Stdio;

/// <summary>
/// A stream that is read on the caller's thread, also asynchronously: the console knows no other way, and would wake up a thread for each
/// read. Not for writing, which must not hold up whoever brings the message.
/// </summary>
internal sealed class BlockingStream(Stream inner) : ReadOnlyStream
{
    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => inner.Read(buffer, offset, count);

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer) => inner.Read(buffer);

    /// <inheritdoc/>
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        cancellationToken.IsCancellationRequested ? ValueTask.FromCanceled<int>(cancellationToken) : new ValueTask<int>(inner.Read(buffer.Span));

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            inner.Dispose();
        }

        base.Dispose(disposing);
    }
}
