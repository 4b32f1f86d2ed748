using McpProxy.Relay.Transports;

namespace McpProxy.Soak.Clients;

/// <summary>Reads a stream in small pieces, with pauses while it is to be slow.</summary>
internal sealed class SlowStream(Stream inner, TimeProvider time) : ReadOnlyStream
{
    private const int PieceBytes = 4 * 1024;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(2);

    public bool IsSlow { get; set; }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (!IsSlow)
        {
            return await inner.ReadAsync(buffer, cancellationToken);
        }

        await Task.Delay(Pause, time, cancellationToken);
        return await inner.ReadAsync(buffer[..Math.Min(buffer.Length, PieceBytes)], cancellationToken);
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            inner.Dispose();
        }

        base.Dispose(disposing);
    }
}
