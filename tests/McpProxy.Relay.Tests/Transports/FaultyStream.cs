namespace McpProxy.Relay.Tests.Transports;

/// <summary>Reads and writes as it pleases: in small pieces, later, and at some point no more.</summary>
internal sealed class FaultyStream(Stream inner, JsonGenerator random) : TestStream
{
    private int _callsLeft = random.Next(3) == 0 ? random.Next(60) : int.MaxValue;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        await StumbleAsync();
        return await inner.ReadAsync(random.Next(2) == 0 ? buffer[..(1 + random.Next(buffer.Length))] : buffer, cancellationToken);
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        await StumbleAsync();
        await inner.WriteAsync(buffer, cancellationToken);
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => inner.FlushAsync(cancellationToken);

    public override async ValueTask DisposeAsync()
    {
        await inner.DisposeAsync();
        await base.DisposeAsync();
    }

    private async ValueTask StumbleAsync()
    {
        if (random.Next(3) == 0)
        {
            await Task.Yield();
        }

        if (--_callsLeft < 0)
        {
            throw new IOException("Failed, as was asked for");
        }
    }
}
