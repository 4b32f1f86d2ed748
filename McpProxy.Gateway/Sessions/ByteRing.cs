using System.Buffers;
using System.Numerics;
using McpProxy.Relay.Messages;

namespace McpProxy.Gateway.Sessions;

/// <summary>Bytes that come at one end and go at the other, in one array that grows when it is full. Not safe for several threads.</summary>
internal sealed class ByteRing : IBufferWriter<byte>
{
    private const int FirstCapacity = 512;

    private byte[] _bytes = new byte[FirstCapacity];
    private int _head;
    private int _used;

    /// <summary>Adds what goes out of a message.</summary>
    public void Add(Message message)
    {
        if (_used + message.Length > _bytes.Length)
        {
            var larger = new byte[BitOperations.RoundUpToPowerOf2((uint)(_used + message.Length))];
            CopyTo(larger.AsSpan(0, _used), 0);
            (_bytes, _head) = (larger, 0);
        }

        message.WriteTo(this);
    }

    /// <summary>Lets go of the oldest bytes.</summary>
    public void Drop(int count)
    {
        _head = (_head + count) % _bytes.Length;
        _used -= count;
    }

    /// <summary>Copies some bytes.</summary>
    /// <param name="destination">As many as there are to be.</param>
    /// <param name="offset">How many bytes are older.</param>
    public void CopyTo(Span<byte> destination, int offset)
    {
        var older = From(offset);
        var upToEnd = Math.Min(destination.Length, older.Length);
        older[..upToEnd].CopyTo(destination);
        _bytes.AsSpan(0, destination.Length - upToEnd).CopyTo(destination[upToEnd..]);
    }

    void IBufferWriter<byte>.Advance(int count) => _used += count;

    /// <summary>What is free up to the end of the array, or of all: who writes more asks again.</summary>
    Span<byte> IBufferWriter<byte>.GetSpan(int sizeHint)
    {
        var free = From(_used);
        return free[..Math.Min(free.Length, _bytes.Length - _used)];
    }

    Memory<byte> IBufferWriter<byte>.GetMemory(int sizeHint) => throw new NotSupportedException();

    private Span<byte> From(int offset) => _bytes.AsSpan((_head + offset) % _bytes.Length);
}
