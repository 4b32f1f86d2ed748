using McpProxy.Relay.Messages;
using McpProxy.Relay.Remote;
using McpProxy.Relay.Tests.Transports;
using McpProxy.Relay.Transports;

namespace McpProxy.Relay.Tests;

/// <summary>
/// What a message costs on its way: a guard against what creeps in. Nothing is allocated to scan it, nor to write it with other tokens
/// (MessageScannerTests, MessageTests); here is what remains. The limits are what was measured, and a little room: the numbers are the same in
/// each run. A build that is not optimised allocates each state machine. What lowers a number lowers its limit too.
/// </summary>
public sealed class AllocationTests
{
    private const int Runs = 1000;
    private const int Megabyte = 1_000_000;

    private static readonly byte[] Line = [.. """{"jsonrpc":"2.0","id":17,"result":{"content":[{"type":"text","text":"hello, world"}]}}"""u8, (byte)'\n'];

    private readonly MessagePool _pool = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task ReceiveAsync_LinesThatAreThere_AllocatesLittleMoreThanTheMessage()
    {
        await using var transport = new LineTransport(new MemoryStream([.. Enumerable.Repeat(Line, 10 * Runs).SelectMany(line => line)]), Stream.Null, _pool, Megabyte);

        var bytes = Allocations.Of(Runs, () => Receive(transport));

        Expect(bytes, debugLimit: 1_000, releaseLimit: 230);
    }

    [Fact]
    public async Task ReceiveAsync_LinesThatComeOneByOne_AllocatesLittleMoreThanTheMessage()
    {
        var input = new FedStream();
        await using var transport = new LineTransport(input, Stream.Null, _pool, Megabyte);
        var received = 0;

        // On a thread of the pool nothing intercepts what goes on after a wait.
        var bytes = await Task.Run(
            () =>
            {
                _ = PumpAsync(); // Discarded: it ends with the transport.
                return Allocations.Of(Runs, () => input.Feed(Line));
            },
            Token);

        Assert.True(received >= Runs);
        Expect(bytes, debugLimit: 1_230, releaseLimit: 760);

        async Task PumpAsync()
        {
            while ((await transport.ReceiveAsync(CancellationToken.None)).Message is { } message)
            {
                received++;
                message.Dispose();
            }
        }
    }

    [Fact]
    public async Task SendAsync_NobodyElseWrites_AllocatesLittleMoreThanTheMessage()
    {
        await using var transport = new LineTransport(Stream.Null, Stream.Null, _pool, Megabyte);

        var bytes = Allocations.Of(Runs, () => Assert.True(Now(transport.SendAsync(MessageReader.Read(_pool, Samples.ToolsCall).Single!, Token))));

        Expect(bytes, debugLimit: 590, releaseLimit: 390);
    }

    [Fact]
    public async Task ReadAsync_EventsOfAStream_AllocatesLittleMoreThanTheMessage()
    {
        byte[] body = [.. Enumerable.Repeat((byte[])[.. "id: 1-1\nevent: message\ndata: "u8, .. Line, (byte)'\n'], 10 * Runs).SelectMany(item => item)];
        await using var stream = new WatchedStream(new MemoryStream(body), int.MaxValue, TimeSpan.Zero, () => false, TimeProvider.System);
        await using var events = new RemoteEvents(_pool, Megabyte).ReadAsync(stream, Token).GetAsyncEnumerator(Token);

        var bytes = Allocations.Of(Runs, () =>
        {
            Assert.True(Now(events.MoveNextAsync()));
            events.Current.Parsed.Discard();
        });

        Expect(bytes, debugLimit: 410, releaseLimit: 380);
    }

    /// <summary>The line is copied once, out of the segments in which it came, and the pool has the buffer for that.</summary>
    [Fact]
    public async Task ReceiveAsync_LineOfAMegabyte_AllocatesNoCopyOfIt()
    {
        const int Lines = 10;
        byte[] line = [.. "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"text\":\""u8, .. Enumerable.Repeat((byte)'x', Megabyte), .. "\"}}\n"u8];
        await using var transport = new LineTransport(
            new MemoryStream([.. Enumerable.Repeat(line, 6 * Lines).SelectMany(item => item)]), Stream.Null, _pool, 2 * Megabyte);

        var bytes = Allocations.Of(Lines, () => Receive(transport));

        Assert.InRange(bytes / Lines, 0, Megabyte / 20);
    }

    /// <summary>What goes out is written once, whatever stands in place of its tokens.</summary>
    [Fact]
    public void WriteTo_ResultOfAMegabyte_WritesEachByteOnce()
    {
        byte[] json = [.. "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"text\":\""u8, .. Enumerable.Repeat((byte)'x', Megabyte), .. "\"}}"u8];
        using var message = MessageReader.Read(_pool, json).Single!;
        message.Replace(message.Envelope.Id, JsonToken.From(1234567));
        var output = new System.Buffers.ArrayBufferWriter<byte>(2 * Megabyte);

        var bytes = Allocations.Of(10, () =>
        {
            output.ResetWrittenCount();
            message.WriteTo(output);
        });

        Assert.Equal((0, message.Length), (bytes, output.WrittenCount));
    }

    private static void Receive(LineTransport transport) => Now(transport.ReceiveAsync(Token)).Message!.Dispose();

    /// <summary>What was there at once: nothing ran on another thread.</summary>
    private static T Now<T>(ValueTask<T> task)
    {
        Assert.True(task.IsCompleted);
        return task.GetAwaiter().GetResult();
    }

    private static void Expect(long bytes, int debugLimit, int releaseLimit)
    {
#if DEBUG
        var limit = debugLimit;
#else
        var limit = releaseLimit;
#endif
        var each = bytes / (double)Runs;
        TestContext.Current.TestOutputHelper?.WriteLine($"{each:N0} bytes allocated a message; at most {limit:N0}");
        Assert.True(each <= limit, $"{each:N0} bytes allocated a message; at most {limit:N0}");
    }
}
