using System.Text;
using System.Text.Json;
using McpProxy.Relay.Messages;
using McpProxy.Relay.Transports;

namespace McpProxy.Relay.Tests.Transports;

public sealed class OversizedLineTests : IDisposable
{
    private static readonly string Long = new('x', 5000);
    private static readonly string LongestId = $"\"{new string('i', MessageScanner.MaxTokenBytes - 2)}\"";
    private static readonly string LongerId = $"\"{new string('i', MessageScanner.MaxTokenBytes - 1)}\"";

    private readonly MessagePool _pool = new();

    public void Dispose() => Assert.Equal(0, _pool.Outstanding);

    [Theory]
    [InlineData("""{"jsonrpc":"2.0","id":7,"result":{"text":"LONG"}}""", "7")]
    [InlineData("""{ "id" : "a\"b" , "jsonrpc" : "2.0" , "result" : "LONG" }""", "\"a\\\"b\"")]
    [InlineData("""{"\u0069d":-1.5e3,"result":"LONG"}""", "-1.5e3")]
    [InlineData("""{"jsonrpc":"2.0","result":{"id":8},"id":7,"extra":"LONG"}""", "")]
    [InlineData("""{"jsonrpc":"2.0","result":{"text":"LONG"},"id":7}""", "7")]
    [InlineData("{\"result\":{\"text\":\"LONG\"}, \"id\" :\t\"seven\" } \r", "\"seven\"")]
    [InlineData("""{"result":"LONG","id":-7,"jsonrpc":"2.0"}""", "-7")]
    [InlineData("""{"\ud800":1,"id":7,"result":"LONG"}""", "7")]
    public void Close_Response_FindsTheIdAtItsStartOrEnd(string line, string expected) => Assert.Equal(expected, IdOf(line));

    [Theory]
    [InlineData("""{"jsonrpc":"2.0","method":"LONG"}""")]
    [InlineData("""{"jsonrpc":"2.0","result":{"text":"LONG","id":8}}""")]
    [InlineData("""{"jsonrpc":"2.0","result":["LONG",{"id":8}]}""")]
    [InlineData("{\"jsonrpc\":\"2.0\",\"result\":{\"text\":\"LONG\",\"id\":8 } \t}")]
    [InlineData("""{"jsonrpc":"2.0","result":{"id":8,"text":"LONG"}}""")]
    [InlineData("""{"jsonrpc":"2.0","result":"LONG,\"id\":8}"}""")]
    [InlineData("""{"jsonrpc":"2.0","result":"LONG","\"id":8}""")]
    [InlineData("""[{"jsonrpc":"2.0","id":8,"result":"LONG"}]""")]
    [InlineData("""["id",8,"LONG"]""")]
    [InlineData("""{"id":null,"error":"LONG"}""")]
    [InlineData("""{"error":"LONG","id":null}""")]
    [InlineData("""{"error":"LONG","id":{"id":8}}""")]
    [InlineData("LONG")]
    public void Close_OtherLines_ClaimsNothing(string line) => Assert.Equal("", IdOf(line));

    [Theory]
    [InlineData("""{"result":"LONG","id":}""")]
    [InlineData("""{"result":"LONG","id":-}""")]
    [InlineData("""{"result":"LONG","id":--7}""")]
    [InlineData("""{"result":"LONG","id":007}""")]
    [InlineData("{\"result\":\"LONG\",\"id\":\"a\tb\"}")]
    [InlineData("{\"result\":\"LONG\",\"id\":\"a\rb\"}")]
    [InlineData("""{"result":"LONG","id"}""")]
    public void Close_JunkAtTheEnd_ClaimsNothing(string line) => Assert.Equal("", IdOf(line));

    [Fact]
    public void Close_LongestId_IsFoundAtBothEnds()
    {
        Assert.Equal(LongestId, IdOf("""{"jsonrpc":"2.0","id":ID,"result":"LONG"}""".Replace("ID", LongestId)));
        Assert.Equal(LongestId, IdOf("""{"jsonrpc":"2.0","result":"LONG","id":ID}""".Replace("ID", LongestId)));
    }

    [Fact]
    public void Close_LongerId_IsNone()
    {
        Assert.Equal("", IdOf("""{"jsonrpc":"2.0","id":ID,"result":"LONG"}""".Replace("ID", LongerId)));
        Assert.Equal("", IdOf("""{"jsonrpc":"2.0","result":"LONG","id":ID}""".Replace("ID", LongerId)));
    }

    [Fact]
    public void Close_LongMessage_ClaimsItsOwnIdOrNone() => Seeds.Check(8000, generator =>
    {
        var json = generator.Message();

        var id = Close(generator.Cut(Widened(generator, json), 8000));

        Assert.Contains(Encoding.Latin1.GetString(id.ToArray()), EnvelopeOracle.Ids(json).Append(""));
    });

    [Fact]
    public void Close_LongJunk_ClaimsAnIdThatCanBeAnswered() => Seeds.Check(8000, generator =>
    {
        var json = generator.Mutant();
        var at = generator.Next(json.Length);

        var id = Close(generator.Cut([.. json[..at], .. Encoding.UTF8.GetBytes(Long), .. json[at..]], 8000));

        using var answer = OwnMessages.Error(_pool, id, -32600, "too large");
        Assert.Equal(id, answer.Id);
    });

    [Fact]
    public void Close_SecondLine_KnowsNothingOfTheFirst()
    {
        var line = new OversizedLine();
        line.Add("""{"id":1,"""u8);
        line.Close();

        line.Add("x"u8);

        Assert.True(line.Close().IsNone);
        Assert.False(line.IsOpen);
    }

    private static string IdOf(string line) => Close([Encoding.UTF8.GetBytes(line.Replace("LONG", Long))]).ToString();

    private static JsonToken Close(List<byte[]> pieces)
    {
        var line = new OversizedLine();
        pieces.ForEach(piece => line.Add(piece));
        return line.Close();
    }

    /// <summary>The same message with much space before one of its tokens.</summary>
    private static byte[] Widened(JsonGenerator generator, byte[] json)
    {
        List<int> starts = [];
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = MessageScanner.MaxDepth });
        while (reader.Read())
        {
            starts.Add((int)reader.TokenStartIndex);
        }

        var at = generator.Pick(starts);
        return [.. json[..at], .. Enumerable.Repeat((byte)' ', 5000), .. json[at..]];
    }
}
