using McpProxy.Relay.Tests.Transports;

namespace McpProxy.Bridge.Tests;

/// <summary>A stdout that cannot be written to.</summary>
/// <param name="failure">Why.</param>
internal sealed class FailingOutput(IOException failure) : TestStream
{
    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => ValueTask.FromException(failure);
}
