using System.Diagnostics.Tracing;

namespace McpProxy.CostProbe;

/// <summary>Counts what is rented from the shared array pool: each copy of a message lies in an array from there.</summary>
internal sealed class ArrayRents : EventListener
{
    private const int BufferRented = 1;

    private long _bytes;

    /// <summary>How many bytes the arrays had that were rented so far.</summary>
    public long Bytes => Volatile.Read(ref _bytes);

    /// <inheritdoc/>
    protected override void OnEventSourceCreated(EventSource eventSource)
    {
        if (eventSource.Name == "System.Buffers.ArrayPoolEventSource")
        {
            EnableEvents(eventSource, EventLevel.Verbose);
        }
    }

    /// <inheritdoc/>
    protected override void OnEventWritten(EventWrittenEventArgs eventData)
    {
        // BufferRented(bufferId, bufferSize, poolId, bucketId)
        if (eventData is { EventId: BufferRented, Payload: [_, int size, ..] })
        {
            Interlocked.Add(ref _bytes, size);
        }
    }
}
