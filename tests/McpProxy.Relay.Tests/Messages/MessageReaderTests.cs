using System.Text;
using McpProxy.Relay.Messages;

namespace McpProxy.Relay.Tests.Messages;

public sealed class MessageReaderTests : IDisposable
{
    private const string Ping = """{"jsonrpc":"2.0","id":1,"method":"ping"}""";
    private const string Note = """{"jsonrpc":"2.0","method":"n"}""";

    private readonly MessagePool _pool = new();

    public void Dispose() => Assert.Equal(0, _pool.Outstanding);

    [Theory]
    [InlineData(Ping)]
    [InlineData(" \t\r\n" + Ping + "\r\n ")]
    [InlineData("\ufeff" + Ping)]
    [InlineData("\ufeff\n" + Ping)]
    public void Read_OneMessage_IsIt(string json)
    {
        using var message = Read(json).Single!;

        Assert.Equal(Ping, Encoding.UTF8.GetString(message.ToArray()).Trim(' ', '\t'));
        Assert.Equal(JsonToken.From(1), message.Id);
    }

    [Theory]
    [InlineData($"[{Ping},{Note}]")]
    [InlineData($" \r\n[ {Ping}\r\n,\n{Note}\t] \n")]
    [InlineData($"\ufeff[{Ping},{Note}]")]
    public void Read_Batch_SplitsIt(string json)
    {
        var parsed = Read(json);

        Assert.Equal([Ping, Note], Texts(parsed));
        Assert.Equal((ScanFault.None, default), (parsed.Fault, parsed.Id));
        Assert.Null(parsed.Single);
    }

    [Fact]
    public void Read_PrettyPrintedBatch_PutsEachMessageOnOneLine()
    {
        var parsed = Read("[\r\n  {\r\n    \"jsonrpc\": \"2.0\",\r\n    \"method\": \"n\"\r\n  }\r\n]");

        Assert.Equal(["{      \"jsonrpc\": \"2.0\",      \"method\": \"n\"    }"], Texts(parsed));
    }

    [Theory]
    [InlineData("[]", ScanFault.EmptyBatch, "")]
    [InlineData(" [ \n ] ", ScanFault.EmptyBatch, "")]
    [InlineData("[1]", ScanFault.NotAnObject, "")]
    [InlineData("[[]]", ScanFault.NotAnObject, "")]
    [InlineData($"[[{Ping}]]", ScanFault.NotAnObject, "")]
    [InlineData("""[[{"id":5}]]""", ScanFault.NotAnObject, "")]
    [InlineData("""[{"jsonrpc":"2.0","id":"a"}]""", ScanFault.Shape, "\"a\"")]
    [InlineData($"[{Ping}", ScanFault.NotJson, "")]
    [InlineData($"[{Ping},]", ScanFault.NotJson, "")]
    [InlineData($"[{Ping}]{Ping}", ScanFault.NotJson, "")]
    [InlineData($"[{Ping} {Ping}]", ScanFault.NotJson, "")]
    [InlineData("[", ScanFault.NotJson, "")]
    [InlineData("[\ufeff" + Ping + "]", ScanFault.NotJson, "")]
    public void Read_BatchWithoutMessages_SaysWhy(string json, ScanFault fault, string id)
    {
        var parsed = Read(json);

        Assert.Empty(Texts(parsed));
        Assert.Equal((fault, id), (parsed.Fault, parsed.Id.ToString()));
    }

    [Theory]
    [InlineData($$"""[{{Ping}},1,{{Note}}]""", ScanFault.NotAnObject, "")]
    [InlineData($$"""[{"jsonrpc":"2.0","id":9},{{Ping}},{{Note}},[]]""", ScanFault.Shape, "9")]
    [InlineData($$"""[{{Ping}},{{Note}},{"id":8},{"jsonrpc":"2.0","id":9}]""", ScanFault.Version, "8")]
    [InlineData($$"""[{{Ping}},[{{Ping}}],{{Note}}]""", ScanFault.NotAnObject, "")]
    public void Read_BatchWithInvalidMessages_KeepsTheGoodOnesAndReportsTheFirst(string json, ScanFault fault, string id)
    {
        var parsed = Read(json);

        Assert.Equal([Ping, Note], Texts(parsed));
        Assert.Equal((fault, id), (parsed.Fault, parsed.Id.ToString()));
    }

    [Theory]
    [InlineData(MessageReader.MaxBatch, MessageReader.MaxBatch, ScanFault.None)]
    [InlineData(MessageReader.MaxBatch + 1, 0, ScanFault.BatchTooLong)]
    public void Read_LongBatch_HasALimit(int length, int messages, ScanFault fault)
    {
        var parsed = Read($"[{string.Join(',', Enumerable.Repeat(Ping, length))}]");

        Assert.Equal(fault, parsed.Fault);
        Assert.Equal(messages, Texts(parsed).Count);
    }

    [Fact]
    public void Read_BatchOfTheDeepestMessage_IsTaken() => Seeds.Check(50, generator =>
    {
        var parsed = Read($$"""[{"jsonrpc":"2.0","id":1,"result":{{generator.Nest(MessageScanner.MaxDepth - 1)}}}]""");

        Assert.Equal(ScanFault.None, parsed.Fault);
        Assert.Single(Texts(parsed));
    });

    [Fact]
    public void Read_BatchOfADeeperMessage_IsTooDeep() => Seeds.Check(50, generator =>
    {
        var parsed = Read($$"""[{"jsonrpc":"2.0","id":1,"result":{{generator.Nest(MessageScanner.MaxDepth)}}}]""");

        Assert.Equal(ScanFault.TooDeep, parsed.Fault);
        Assert.Empty(Texts(parsed));
    });

    [Fact]
    public void Read_GeneratedBatch_HasTheMessagesThatAreReadAlone() => Seeds.Check(2000, generator =>
    {
        var items = Enumerable.Range(0, 1 + generator.Next(4)).Select(_ => generator.Next(3) > 0 ? generator.Message() : generator.Mutant()).ToList();
        var json = $"[{string.Join(',', items.Select(Encoding.Latin1.GetString))}]";
        var alone = items.Select(item => MessageReader.Read(_pool, item)).ToList();
        var messages = alone.Where(parsed => parsed.Single is not null).SelectMany(parsed => Texts(parsed).Select(text => text.Trim(' ', '\t'))).ToList();
        alone.ForEach(parsed => parsed.Discard());

        var parsed = MessageReader.Read(_pool, Encoding.Latin1.GetBytes(json));

        if (items.TrueForAll(item => EnvelopeOracle.IsJson(item)))
        {
            Assert.Equal(messages.Count == items.Count, parsed.Fault == ScanFault.None);
            Assert.Equal(messages, Texts(parsed));
        }
        else
        {
            parsed.Discard();
        }
    });

    [Fact]
    public void Read_Mutant_LosesNoBuffer() => Seeds.Check(3000, generator =>
    {
        var json = generator.Mutant();

        MessageReader.Read(_pool, generator.Next(2) == 0 ? json : [(byte)'[', .. json, (byte)']']).Discard();

        Assert.Equal(0, _pool.Outstanding);
    });

    [Fact]
    public void Read_RentedBuffer_GoesToTheMessageOrBack()
    {
        var good = _pool.Rent(Samples.ToolsCall.Length);
        Samples.ToolsCall.CopyTo(good, 0);
        using (MessageReader.Read(_pool, good, Samples.ToolsCall.Length).Single!)
        {
            Assert.Equal(1, _pool.Outstanding);
        }

        var parsed = MessageReader.Read(_pool, _pool.Rent(1), 0);

        Assert.Equal(ScanFault.NotJson, parsed.Fault);
    }

    private Parsed Read(string json) => MessageReader.Read(_pool, Encoding.UTF8.GetBytes(json));

    /// <summary>The messages that were read, which are disposed then.</summary>
    private static List<string> Texts(Parsed parsed)
    {
        var messages = parsed.Single is { } single ? [single] : parsed.Batch ?? [];
        var texts = messages.Select(message => Encoding.Latin1.GetString(message.ToArray())).ToList();
        parsed.Discard();
        return texts;
    }
}
