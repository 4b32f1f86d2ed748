using System.Buffers;

namespace McpProxy.Relay.Messages;

/// <summary>Writes into one array that never grows.</summary>
internal sealed class FixedWriter(byte[] array) : IBufferWriter<byte>
{
    private int _written;

    public int Free => array.Length - _written;

    public ReadOnlyMemory<byte> WrittenMemory => array.AsMemory(0, _written);

    public void Clear() => _written = 0;

    public void Advance(int count) => _written += count;

    public Memory<byte> GetMemory(int sizeHint = 0) => array.AsMemory(_written);

    public Span<byte> GetSpan(int sizeHint = 0) => array.AsSpan(_written);
}
