namespace McpProxy.Soak.Clients;

/// <summary>Reads a stream in small pieces, with pauses while it is to be slow.</summary>
internal sealed class SlowStream(Stream inner, TimeProvider time) : Stream
{
    private const int PieceBytes = 4 * 1024;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(2);

    public bool IsSlow { get; set; }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

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

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush() => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            inner.Dispose();
        }

        base.Dispose(disposing);
    }
}
