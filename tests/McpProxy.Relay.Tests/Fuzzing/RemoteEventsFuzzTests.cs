using McpProxy.Relay.Messages;
using McpProxy.Relay.Remote;

namespace McpProxy.Relay.Tests.Fuzzing;

/// <summary>Server-sent events of any bytes, as a remote server may send them.</summary>
public sealed class RemoteEventsFuzzTests
{
    private const int MaxBytes = 4096;
    private const string Note = """{"jsonrpc":"2.0","method":"n"}""";
    private const string Answer = """{"jsonrpc":"2.0","id":1,"result":{}}""";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact(Timeout = Eventually.Deadline)]
    public Task Read_AnyBytesInAnyPieces_HasTheEventsOfTheWholeAndLosesNoBuffer() => Seeds.CheckAsync(Fuzz.Count(3000), async generator =>
    {
        var body = new SseGenerator(generator).Body(Note, Answer, new string('x', 2 * MaxBytes));
        var pool = new MessagePool();

        var whole = await ReadAsync(pool, [body]);
        var cut = await ReadAsync(pool, generator.Cut(body, 1 + generator.Next(40)));

        Assert.Equal(whole, cut);
        Assert.Equal(0, pool.Outstanding);
    });

    private static async Task<List<string>> ReadAsync(MessagePool pool, List<byte[]> pieces)
    {
        List<string> seen = [];
        var events = new RemoteEvents(pool, MaxBytes);
        await using var stream = new WatchedStream(new Trickle(pieces), MaxBytes, TimeSpan.FromMinutes(1), () => true, TimeProvider.System);
        try
        {
            await foreach (var item in events.ReadAsync(stream, Token))
            {
                seen.Add($"{events.LastEventId} {item.Endpoint} {item.Parsed.Fault} {item.Parsed.Single?.Length} {item.Parsed.Batch?.Count}");
                item.Parsed.Discard();
            }
        }
        catch (RemoteException e)
        {
            seen.Add(e.Fault.Text);
        }

        seen.Add($"{events.LastEventId} {events.RetryDelay}");
        return seen;
    }

    /// <summary>Gives one piece a read.</summary>
    private sealed class Trickle(List<byte[]> pieces) : Transports.TestStream
    {
        private readonly Queue<byte[]> _pieces = new(pieces);

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            await Task.CompletedTask;
            if (!_pieces.TryDequeue(out var piece))
            {
                return 0;
            }

            var count = Math.Min(piece.Length, buffer.Length);
            piece.AsSpan(0, count).CopyTo(buffer.Span);
            if (count < piece.Length)
            {
                List<byte[]> rest = [piece[count..], .. _pieces];
                _pieces.Clear();
                rest.ForEach(_pieces.Enqueue);
            }

            return count;
        }
    }
}
