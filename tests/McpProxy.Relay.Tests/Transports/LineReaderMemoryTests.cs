using McpProxy.Relay.Messages;
using McpProxy.Relay.Transports;

namespace McpProxy.Relay.Tests.Transports;

/// <summary>Alone, because it looks at the memory of the whole process.</summary>
[CollectionDefinition(nameof(LineReaderMemoryTests), DisableParallelization = true)]
[Collection(nameof(LineReaderMemoryTests))]
public sealed class LineReaderMemoryTests
{
    private const int Megabyte = 1024 * 1024;

    [Fact(Timeout = Eventually.Deadline)]
    public async Task ReceiveAsync_LineOfAHundredTimesTheLimit_IsSkippedInBoundedMemory()
    {
        var pool = new MessagePool();
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var most = 0L;
        await using var transport = new LineTransport(new ScriptedInput(Line()), Stream.Null, pool, Megabyte);

        var received = await transport.ReceiveAllAsync(TestContext.Current.CancellationToken);

        Assert.Equal(["!TooLarge 7", """{"jsonrpc":"2.0","method":"next"}""", "PeerClosed"], received);
        Assert.InRange(most - before, long.MinValue, 16 * Megabyte);
        Assert.Equal(0, pool.Outstanding);

        IEnumerable<byte[]> Line()
        {
            yield return [.. """{"jsonrpc":"2.0","id":7,"result":" """u8];
            var piece = new byte[Megabyte];
            Array.Fill(piece, (byte)'x');
            for (var i = 0; i < 100; i++)
            {
                yield return piece;
                most = Math.Max(most, GC.GetTotalMemory(forceFullCollection: i % 10 == 0));
            }

            yield return [.. "\"}\n{\"jsonrpc\":\"2.0\",\"method\":\"next\"}\n"u8];
        }
    }
}
