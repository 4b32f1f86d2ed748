using System.Buffers;
using System.Collections.Concurrent;
using System.Numerics;

namespace McpProxy.Relay.Messages;

/// <summary>Where message buffers come from and go back to; counts those that are out.</summary>
/// <remarks>
/// The shared pool keeps an array for each thread that gave one back. Of large ones that would be many times what is in use, so that these
/// are for whoever comes next, and the next full collection has those that nobody uses.
/// </remarks>
public sealed class MessagePool
{
    private const int MaxSharedLength = 1024 * 1024;
    private const int MaxPooledLength = 1024 * 1024 * 1024;

    /// <summary>Free buffers by the logarithm of their length.</summary>
    private static readonly ConcurrentStack<WeakReference<byte[]>>[] LargeBuffers =
        [.. Enumerable.Range(0, BitOperations.Log2(MaxPooledLength) + 1).Select(_ => new ConcurrentStack<WeakReference<byte[]>>())];

    private long _outstanding;

    /// <summary>How many buffers are rented now. Zero when nothing is under way.</summary>
    public long Outstanding => Volatile.Read(ref _outstanding);

    /// <summary>Rents a buffer of at least <paramref name="minimumLength"/> bytes.</summary>
    public byte[] Rent(int minimumLength)
    {
        Interlocked.Increment(ref _outstanding);
        return minimumLength <= MaxSharedLength ? ArrayPool<byte>.Shared.Rent(minimumLength) : RentLarge(minimumLength);
    }

    /// <summary>Gives back a buffer from <see cref="Rent"/>; once.</summary>
    public void Return(byte[] buffer)
    {
        Interlocked.Decrement(ref _outstanding);
        if (buffer.Length <= MaxSharedLength)
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
        else if (buffer.Length <= MaxPooledLength)
        {
            LargeBuffers[BitOperations.Log2((uint)buffer.Length)].Push(new WeakReference<byte[]>(buffer));
        }
    }

    private static byte[] RentLarge(int minimumLength)
    {
        if (minimumLength > MaxPooledLength)
        {
            return GC.AllocateUninitializedArray<byte>(minimumLength);
        }

        var length = BitOperations.RoundUpToPowerOf2((uint)minimumLength);
        while (LargeBuffers[BitOperations.Log2(length)].TryPop(out var free))
        {
            if (free.TryGetTarget(out var buffer))
            {
                return buffer;
            }
        }

        return GC.AllocateUninitializedArray<byte>((int)length);
    }
}
