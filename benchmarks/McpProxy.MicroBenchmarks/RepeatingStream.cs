using McpProxy.Relay.Transports;

namespace McpProxy.MicroBenchmarks;

/// <summary>A stream that holds the same bytes over and over, for ever.</summary>
internal sealed class RepeatingStream(byte[] content) : ReadOnlyStream
{
    private int _at;

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        var count = Math.Min(buffer.Length, content.Length - _at);
        content.AsSpan(_at, count).CopyTo(buffer);
        _at = (_at + count) % content.Length;
        return count;
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => new(Read(buffer.Span));
}
