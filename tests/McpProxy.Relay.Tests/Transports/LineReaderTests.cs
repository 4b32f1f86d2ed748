using System.Text;
using McpProxy.Relay.Messages;
using McpProxy.Relay.Transports;

namespace McpProxy.Relay.Tests.Transports;

public sealed class LineReaderTests : IDisposable
{
    private const int MaxBytes = 120;
    private const string Ping = """{"jsonrpc":"2.0","id":1,"method":"ping"}""";
    private const string Note = """{"jsonrpc":"2.0","method":"é😀"}""";

    private static readonly string Long = new('x', MaxBytes);

    /// <summary>All that a peer might write, and what is to be made of it.</summary>
    private static readonly (string Line, string[] Expected)[] Lines =
    [
        ("\ufeff" + Ping + "\n", [Ping]),
        ("\n", []),
        (Note + "\r\n", [Note]),
        (" \t\r\n", []),
        ("log: ready\n", ["!NotJson"]),
        ("""{"id":5}""" + "\n", ["!Version 5"]),
        ($"[{Ping},{Note},7]\r\n", [Ping, Note, "!NotAnObject"]),
        ("[]\n", ["!EmptyBatch"]),
        ("""{"jsonrpc":"2.0","id":"big","result":"LONG"}""".Replace("LONG", Long) + "\n", ["!TooLarge \"big\""]),
        (Ping + "\n", [Ping]),
        ("""{"result":{"a":"LONG","id":8},"id":9}""".Replace("LONG", Long) + "\r\n", ["!TooLarge 9"]),
        (Note, [Note]),
    ];

    private readonly MessagePool _pool = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static byte[] Everything => Encoding.UTF8.GetBytes(string.Concat(Lines.Select(line => line.Line)));

    private static IEnumerable<string> Expected => Lines.SelectMany(line => line.Expected).Append("PeerClosed");

    public void Dispose() => Assert.Equal(0, _pool.Outstanding);

    [Fact]
    public async Task ReceiveAsync_LinesCutAtAnyByte_AreTheSame()
    {
        var bytes = Everything;
        for (var cut = 0; cut <= bytes.Length; cut++)
        {
            byte[][] pieces = [bytes[..cut], bytes[cut..]];
            Assert.Equal(Expected, await ReadAsync(pieces.Where(piece => piece.Length > 0)));
        }
    }

    [Fact]
    public async Task ReceiveAsync_OneByteARead_IsTheSame() =>
        Assert.Equal(Expected, await ReadAsync(Everything.Select(b => new[] { b })));

    [Fact]
    public async Task ReceiveAsync_LinesCutAtRandom_AreTheSame() => await Seeds.CheckAsync(500, async generator =>
        Assert.Equal(Expected, await ReadAsync(generator.Cut(Everything, 1 + generator.Next(100)))));

    [Fact]
    public async Task ReceiveAsync_GeneratedMessages_ComeOutAsTheyWentIn() => await Seeds.CheckAsync(500, async generator =>
    {
        var messages = Enumerable.Range(0, 1 + generator.Next(8))
            .Select(_ => Encoding.UTF8.GetString(generator.Message()).Replace('\r', ' ').Replace('\n', ' ').TrimEnd(' ')).ToList();
        var bytes = Encoding.UTF8.GetBytes(string.Concat(messages.Select(message => message + generator.Pick<string>(["\n", "\r\n", "\n\n"]))));

        var received = await ReadAsync(generator.Cut(bytes, 200), maxBytes: 100_000);

        Assert.Equal([.. messages, "PeerClosed"], received);
    });

    /// <summary>Lines about as long as the buffers that they are read to, which grow four times from 64 KB.</summary>
    [Fact]
    public async Task ReceiveAsync_LinesAsLongAsBuffers_ComeOutAsTheyWentIn() => await Seeds.CheckAsync(60, async generator =>
    {
        const int Limit = 1_200_000;
        var (text, expected) = (new StringBuilder(), new List<string>());
        for (var lines = 1 + generator.Next(6); lines > 0; lines--)
        {
            var length = generator.Pick<int>([100, 65_536, 262_144, 1_048_576, Limit]) + generator.Next(5) - 2;
            var json = Wire.Json(length);
            var (line, result) = generator.Next(6) switch
            {
                0 => (new string(' ', length), Array.Empty<string>()),
                1 => ($"[{Ping},{json}]", length + Ping.Length + 3 > Limit ? ["!TooLarge"] : [Ping, json]),
                2 => ("""{"id":7,"result":""" + json, length + 17 > Limit ? ["!TooLarge 7"] : ["!NotJson 7"]),
                _ => (json, length > Limit ? ["!TooLarge"] : [json]),
            };
            text.Append(line).Append('\n').Append(Ping).Append('\n');
            expected.AddRange([.. length > Limit && line.Length == length && result.Length == 0 ? ["!TooLarge"] : result, Ping]);
        }

        var received = await ReadAsync(generator.Cut(Encoding.UTF8.GetBytes(text.ToString()), 1 + generator.Next(100_000)), Limit);

        Assert.True(expected.Append("PeerClosed").SequenceEqual(received), "Lines came out differently.");
    });

    [Theory]
    [InlineData(0, "MESSAGE")]
    [InlineData(1, "!TooLarge")]
    public async Task ReceiveAsync_LineAtTheLimit_IsTheLongestThatIsTaken(int more, string expected)
    {
        var json = Wire.Json(MaxBytes + more);
        Assert.Equal(MaxBytes + more, json.Length);

        var received = await ReadAsync([Encoding.UTF8.GetBytes(json + "\n"), Encoding.UTF8.GetBytes(Ping)]);

        Assert.Equal([expected.Replace("MESSAGE", json), Ping, "PeerClosed"], received);
    }

    [Theory]
    [InlineData("", "PeerClosed")]
    [InlineData(" \r\n \n", "PeerClosed")]
    [InlineData("{\"jsonrpc\"", "!NotJson,PeerClosed")]
    public async Task ReceiveAsync_EndOfFile_IsReportedAfterTheLastLine(string text, string expected) =>
        Assert.Equal(expected, string.Join(',', await ReadAsync([Encoding.UTF8.GetBytes(text)])));

    [Theory]
    [InlineData("{\"id\":3,\"result\":\"", "!TooLarge 3")]
    [InlineData("", "!TooLarge")]
    public async Task ReceiveAsync_EndOfFileInALineThatIsTooLong_ReportsTheLine(string start, string expected) =>
        Assert.Equal([expected, "PeerClosed"], await ReadAsync([Encoding.UTF8.GetBytes(start + Long + "x")]));

    [Fact]
    public async Task ReceiveAsync_ReadFails_EndsAsBroken()
    {
        await using var transport = Over(new ScriptedInput([Encoding.UTF8.GetBytes(Ping + "\n" + Note)], new IOException("reset")));

        Assert.Equal([Ping, "Broken"], await transport.ReceiveAllAsync(Token));
    }

    [Theory]
    [InlineData(null, EndReason.PeerClosed)]
    [InlineData("reset", EndReason.Broken)]
    public async Task ReceiveAsync_AfterTheEnd_KeepsSayingWhy(string? failure, EndReason expected)
    {
        await using var transport = Over(new ScriptedInput([], failure is null ? null : new IOException(failure)));

        for (var i = 0; i < 3; i++)
        {
            Assert.Equal(new Received(null, ScanFault.None, default, expected), await transport.ReceiveAsync(Token));
        }
    }

    [Fact]
    public async Task DisposeAsync_BatchHalfReceived_GivesTheRestBack()
    {
        var transport = Over(new ScriptedInput([Encoding.UTF8.GetBytes($"[{Ping},{Note},{Ping}]\n{Ping}\n")]));
        Assert.Equal(Ping, await transport.ReceiveTextAsync(Token));

        await transport.DisposeAsync();

        Assert.Equal(0, _pool.Outstanding);
        Assert.Equal("Closed", await transport.ReceiveTextAsync(Token));
    }

    [Fact]
    public async Task DisposeAsync_WhileABatchIsRead_GivesAllOfItBack()
    {
        var batch = Encoding.UTF8.GetBytes($"[{string.Join(',', Enumerable.Repeat(Ping, MessageReader.MaxBatch))}]\n");
        for (var i = 0; i < 100; i++)
        {
            var transport = Over(new ScriptedInput([batch]), maxBytes: batch.Length);
            var receiving = Task.Run(() => transport.ReceiveTextAsync(Token), Token);

            while (_pool.Outstanding == 0 && !receiving.IsCompleted)
            {
                Thread.SpinWait(1); // The batch is read in less time than a wait takes.
            }

            await transport.DisposeAsync();

            Assert.Contains(await receiving, new[] { Ping, "Closed" });
            Assert.Equal(0, _pool.Outstanding);
        }
    }

    private async Task<List<string>> ReadAsync(IEnumerable<byte[]> pieces, int maxBytes = MaxBytes)
    {
        await using var transport = Over(new ScriptedInput(pieces), maxBytes);
        return await transport.ReceiveAllAsync(Token);
    }

    private LineTransport Over(Stream input, int maxBytes = MaxBytes) => new(input, Stream.Null, _pool, maxBytes);
}
