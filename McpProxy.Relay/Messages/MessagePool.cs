using System.Buffers;

namespace McpProxy.Relay.Messages;

/// <summary>Where message buffers come from and go back to; counts those that are out.</summary>
public sealed class MessagePool
{
    private long _outstanding;

    /// <summary>How many buffers are rented now. Zero when nothing is under way.</summary>
    public long Outstanding => Volatile.Read(ref _outstanding);

    /// <summary>Rents a buffer of at least <paramref name="minimumLength"/> bytes.</summary>
    public byte[] Rent(int minimumLength)
    {
        Interlocked.Increment(ref _outstanding);
        return ArrayPool<byte>.Shared.Rent(minimumLength);
    }

    /// <summary>Gives back a buffer from <see cref="Rent"/>; once.</summary>
    public void Return(byte[] buffer)
    {
        Interlocked.Decrement(ref _outstanding);
        ArrayPool<byte>.Shared.Return(buffer);
    }
}
