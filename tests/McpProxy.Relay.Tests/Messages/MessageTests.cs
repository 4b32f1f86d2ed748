using System.Buffers;
using System.Text;
using System.Text.Json;
using McpProxy.Relay.Messages;

namespace McpProxy.Relay.Tests.Messages;

public sealed class MessageTests
{
    private readonly MessagePool _pool = new();

    [Fact]
    public void ToArray_NothingReplaced_IsWhatCameInOnOneLine() => Seeds.Check(4000, generator =>
    {
        var json = generator.Message();

        using var message = Read(json);

        Assert.Equal(json.Select(b => b is (byte)'\r' or (byte)'\n' ? (byte)' ' : b), message.ToArray());
        Assert.Equal(json.Length, message.Length);
        Assert.Equal(Tokens(json), Tokens(message.ToArray()));
    });

    [Fact]
    public void Replace_IdProgressTokenAndSubject_ChangesThoseBytesOnly() => Seeds.Check(4000, generator =>
    {
        using var message = Read(generator.Message());
        Slice[] all = [message.Envelope.Id, message.Envelope.ProgressToken, message.Envelope.Subject];
        var slices = all.Where(_ => generator.Next(3) > 0).OrderBy(_ => generator.Next(100)).ToList();
        var values = new Dictionary<Slice, JsonToken>();
        foreach (var slice in slices.Concat(slices.Take(generator.Next(2))))
        {
            values[slice] = JsonToken.Read(Encoding.UTF8.GetBytes(generator.Token()));
            message.Replace(slice, values[slice]);
        }

        Assert.Equal(Spliced(message, values), message.ToArray());
        Assert.Equal(message.ToArray().Length, message.Length);
    });

    [Fact]
    public void WriteTo_InPieces_WritesWhatToArrayHolds() => Seeds.Check(2000, generator =>
    {
        using var message = Read(generator.Message());
        message.Replace(message.Envelope.Id, JsonToken.Read(Encoding.UTF8.GetBytes(generator.Token())));
        message.Replace(message.Envelope.ProgressToken, JsonToken.From(generator.Next(1_000_000)));
        var output = new ArrayBufferWriter<byte>();

        while (output.WrittenCount < message.Length)
        {
            var offset = output.WrittenCount;
            var most = 1 + generator.Next(20);
            Assert.Equal(Math.Min(most, message.Length - offset), message.WriteTo(output, offset, most));
        }

        Assert.Equal(message.ToArray(), output.WrittenSpan);
        Assert.Equal(0, message.WriteTo(output, message.Length));
        Assert.Equal(0, message.WriteTo(output, 0, 0));
    });

    [Fact]
    public void Replace_MissingToken_ChangesNothing()
    {
        using var message = Read("""{"jsonrpc":"2.0","method":"x"}"""u8);

        message.Replace(message.Envelope.Id, JsonToken.From(1));

        Assert.Equal(message.Body, message.ToArray());
        Assert.True(message.Id.IsNone);
    }

    [Theory]
    [InlineData("-5")]
    [InlineData("0")]
    [InlineData("-0")]
    [InlineData("1.0")]
    [InlineData("1e3")]
    [InlineData("9223372036854775808")]
    [InlineData("-9223372036854775808")]
    [InlineData("\"\"")]
    [InlineData("\"1\"")]
    [InlineData("\"a\\u0062\\/\\\"é😀\\ud800\"")]
    public void Id_OfARequest_GoesOutOfItsAnswerAsItCameIn(string id)
    {
        using var request = Read(Encoding.UTF8.GetBytes("""{"jsonrpc":"2.0","method":"x","id":ID}""".Replace("ID", id)));
        using var answer = Read("""{"jsonrpc":"2.0","result":{"id":77},"id":77}"""u8);

        answer.Replace(answer.Envelope.Id, request.Id);

        Assert.Equal("""{"jsonrpc":"2.0","result":{"id":77},"id":ID}""".Replace("ID", id), Encoding.UTF8.GetString(answer.ToArray()));
    }

    [Fact]
    public void Clone_OfAMessageWithReplacements_IsTheSameAndIndependent()
    {
        var message = Read(Samples.ToolsCall);
        message.Replace(message.Envelope.Id, JsonToken.From("new"));
        var expected = message.ToArray();

        using var clone = message.Clone();
        message.Replace(message.Envelope.Id, JsonToken.From(5));
        message.Dispose();

        Assert.Equal(expected, clone.ToArray());
        Assert.Equal(expected.Length, clone.Length);
        Assert.Equal(JsonToken.From(17), clone.Id);
    }

    [Fact]
    public void Clone_OfAClone_HoldsTheSameBytesUntilTheLastIsDisposed()
    {
        var message = Read(Samples.ToolsCall);
        var expected = message.ToArray();
        var first = message.Clone();
        var second = first.Clone();
        Assert.Equal(1, _pool.Outstanding);

        message.Dispose();
        message.Dispose(); // The second time it takes nothing from the others.
        first.Dispose();

        Assert.Equal(expected, second.ToArray());
        Assert.Equal(1, _pool.Outstanding);
        second.Dispose();
        Assert.Equal(0, _pool.Outstanding);
    }

    [Fact]
    public void Dispose_ClonesOnManyThreads_GivesTheBufferBackOnce()
    {
        for (var round = 0; round < 200; round++)
        {
            var message = Read(Samples.ToolsCall);
            Message[] all = [message, .. Enumerable.Range(0, 15).Select(_ => message.Clone())];

            Parallel.ForEach(all, one =>
            {
                Assert.Equal(Samples.ToolsCall.Length, one.ToArray().Length);
                one.Dispose();
            });

            Assert.Equal(0, _pool.Outstanding);
        }
    }

    [Fact]
    public void Dispose_Twice_GivesTheBufferBackOnce()
    {
        var message = Read(Samples.ToolsCall);
        Assert.Equal(1, _pool.Outstanding);

        message.Dispose();
        message.Dispose();

        Assert.Equal(0, _pool.Outstanding);
        Assert.Throws<ObjectDisposedException>(() => message.ToArray());
    }

    [Fact]
    public void Read_ToolsCall_AllocatesOnlyTheMessage()
    {
        MessageScanner.Scan(Samples.ToolsCall, out var envelope);
        var alone = Allocations.Of(1000, () => new Message(_pool, _pool.Rent(Samples.ToolsCall.Length), Samples.ToolsCall.Length, envelope).Dispose());

        var read = Allocations.Of(1000, () => MessageReader.Read(_pool, Samples.ToolsCall).Single!.Dispose());

        Assert.Equal(alone, read);
    }

    [Fact]
    public void WriteTo_WithAnIntegerInPlaceOfTheId_AllocatesNothing()
    {
        using var message = Read(Samples.ToolsCall);
        var output = new ArrayBufferWriter<byte>(4096);
        var next = 0L;

        var bytes = Allocations.Of(1000, () =>
        {
            message.Replace(message.Envelope.Id, JsonToken.From(next++));
            output.ResetWrittenCount();
            message.WriteTo(output);
        });

        Assert.Equal(0, bytes);
    }

    private Message Read(ReadOnlySpan<byte> json) => MessageReader.Read(_pool, json).Single!;

    private static byte[] Spliced(Message message, Dictionary<Slice, JsonToken> values)
    {
        List<byte> bytes = [.. message.Body];
        foreach (var (slice, value) in values.Where(value => !value.Key.IsEmpty).OrderByDescending(value => value.Key.Start))
        {
            bytes.RemoveRange(slice.Start, slice.Length);
            bytes.InsertRange(slice.Start, value.ToArray());
        }

        return [.. bytes];
    }

    /// <summary>What a parser sees: the tokens, without the space between them.</summary>
    private static List<string> Tokens(byte[] json)
    {
        List<string> tokens = [];
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = MessageScanner.MaxDepth });
        while (reader.Read())
        {
            tokens.Add($"{reader.TokenType} {Encoding.Latin1.GetString(reader.ValueSpan)}");
        }

        return tokens;
    }
}
