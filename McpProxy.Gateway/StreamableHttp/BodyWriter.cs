using System.Buffers;
using System.IO.Pipelines;

namespace McpProxy.Gateway.StreamableHttp;

/// <summary>Writes the many small pieces of events into the body of a response: Kestrel takes a lock for each piece that it is asked for, or told of.</summary>
internal sealed class BodyWriter(PipeWriter body) : IBufferWriter<byte>
{
    private Memory<byte> _block;
    private int _written;

    /// <summary>How many bytes were written since the last flush.</summary>
    public long Unflushed { get; private set; }

    /// <inheritdoc/>
    public void Advance(int count)
    {
        _written += count;
        Unflushed += count;
    }

    /// <inheritdoc/>
    public Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    /// <inheritdoc/>
    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        if (_block.Length - _written < Math.Max(1, sizeHint))
        {
            Commit();
            _block = body.GetMemory(sizeHint);
        }

        return _block[_written..];
    }

    /// <summary>Tells the body what was written: before anybody else writes to it, and before its end.</summary>
    public void Commit()
    {
        if (_written > 0)
        {
            body.Advance(_written);
        }

        (_block, _written) = (default, 0);
    }

    /// <summary>Sends what was written.</summary>
    public ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken)
    {
        Commit();
        Unflushed = 0;
        return body.FlushAsync(cancellationToken);
    }
}
