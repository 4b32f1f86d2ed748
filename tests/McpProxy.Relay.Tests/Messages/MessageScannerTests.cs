using System.Text;
using McpProxy.Relay.Messages;

namespace McpProxy.Relay.Tests.Messages;

public sealed class MessageScannerTests
{
    private static readonly string LongestToken = $"\"{new string('x', MessageScanner.MaxTokenBytes - 2)}\"";

    [Fact]
    public void Scan_ValidMessage_FindsTheEnvelopeThatJsonDocumentFinds() => Seeds.Check(8000, generator =>
    {
        var json = generator.Message();

        var fault = MessageScanner.Scan(json, out var envelope);

        Assert.Equal(ScanFault.None, fault);
        Assert.Equal(EnvelopeOracle.Read(json), EnvelopeText.Of(json, envelope));
    });

    [Fact]
    public void Scan_Mutant_AcceptsWhatJsonDocumentAccepts() => Seeds.Check(20000, generator =>
    {
        var json = generator.Mutant();

        var fault = MessageScanner.Scan(json, out var envelope);

        Assert.Equal(EnvelopeOracle.IsJson(json), fault is not (ScanFault.NotJson or ScanFault.TooDeep));
        if (fault is not (ScanFault.NotJson or ScanFault.TooDeep))
        {
            Assert.Equal(EnvelopeOracle.Read(json), fault == ScanFault.None ? EnvelopeText.Of(json, envelope) : null);
            Assert.Equal(EnvelopeOracle.Ids(json).LastOrDefault(""), EnvelopeText.Cut(json, envelope.Id));
        }
    });

    [Fact]
    public void Scan_RandomBytes_NeverThrows() => Seeds.Check(5000, generator =>
    {
        byte[] json = [.. Enumerable.Range(0, generator.Next(30)).Select(_ => generator.Pick("{}[]\",:\\u0idD8\n-.eE tfn\0\xff"u8.ToArray()))];

        var fault = MessageScanner.Scan(json, out _);

        Assert.Equal(EnvelopeOracle.IsJson(json), fault != ScanFault.NotJson);
    });

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("{")]
    [InlineData("}")]
    [InlineData("[")]
    [InlineData("]")]
    [InlineData("\ufeff{}")]
    [InlineData("""{"jsonrpc":"2.0","method":"x"}x""")]
    [InlineData("""{"jsonrpc":"2.0","method":"x"}{}""")]
    [InlineData("""{"jsonrpc":"2.0","method":"x",}""")]
    [InlineData("""{"jsonrpc":"2.0","method":"x"}//""")]
    [InlineData("""{"jsonrpc":"2.0",/**/"method":"x"}""")]
    [InlineData("""{"jsonrpc":"2.0","method":"x","params":[1,]}""")]
    [InlineData("""{"jsonrpc":"2.0","method":"x","params":[01]}""")]
    [InlineData("{\"jsonrpc\":\"2.0\",\"method\":\"x\ny\"}")]
    [InlineData("""{"jsonrpc":"2.0","id":1,"result":NaN}""")]
    public void Scan_WhatIsNotJson_SaysSoAndClaimsNoId(string json)
    {
        var fault = Scan(json, out var id);

        Assert.Equal((ScanFault.NotJson, ""), (fault, id));
    }

    [Theory]
    [InlineData("""{"jsonrpc":"2.0","id":null,"method":"x"}""", ScanFault.Id, "")]
    [InlineData("""{"jsonrpc":"2.0","id":true,"method":"x"}""", ScanFault.Id, "")]
    [InlineData("""{"jsonrpc":"2.0","id":{"id":1},"method":"x"}""", ScanFault.Id, "")]
    [InlineData("""{"jsonrpc":"2.0","id":[1],"result":1}""", ScanFault.Id, "")]
    [InlineData("""{"jsonrpc":"2.0","id":null,"result":1}""", ScanFault.Id, "")]
    [InlineData("""{"jsonrpc":"2.0","result":1}""", ScanFault.Id, "")]
    [InlineData("""{"jsonrpc":"2.0","id":false,"error":1}""", ScanFault.Id, "")]
    [InlineData("""{"id":7,"method":"x"}""", ScanFault.Version, "7")]
    [InlineData("""{"jsonrpc":"1.0","method":"x","id":7}""", ScanFault.Version, "7")]
    [InlineData("""{"jsonrpc":2.0,"method":"x","id":"7"}""", ScanFault.Version, "\"7\"")]
    [InlineData("""{"jsonrpc":["2.0"],"method":"x","id":7}""", ScanFault.Version, "7")]
    [InlineData("""{"jsonrpc":"\ud800","method":"x","id":7}""", ScanFault.Version, "7")]
    [InlineData("""{"jsonrpc":"2.0","id":7,"method":null}""", ScanFault.Method, "7")]
    [InlineData("""{"jsonrpc":"2.0","method":{"method":"x"},"id":7}""", ScanFault.Method, "7")]
    [InlineData("""{"jsonrpc":"2.0","id":7,"result":1,"error":{}}""", ScanFault.Shape, "7")]
    [InlineData("""{"jsonrpc":"2.0","method":"x","id":7,"result":1}""", ScanFault.Shape, "7")]
    [InlineData("""{"jsonrpc":"2.0","id":7}""", ScanFault.Shape, "7")]
    [InlineData("""{"jsonrpc":"2.0"}""", ScanFault.Shape, "")]
    [InlineData("""{"jsonrpc":"2.0","jsonrpc":"2.0","id":7,"method":"x"}""", ScanFault.Duplicate, "7")]
    [InlineData("""{"jsonrpc":"2.0","id":7,"\u0069d":7,"method":"x"}""", ScanFault.Duplicate, "7")]
    [InlineData("""{"jsonrpc":"2.0","id":7,"method":"x","method":"y"}""", ScanFault.Duplicate, "7")]
    [InlineData("""{"jsonrpc":"2.0","id":7,"method":"x","params":{},"params":{}}""", ScanFault.Duplicate, "7")]
    [InlineData("""{"jsonrpc":"2.0","id":7,"result":1,"result":1}""", ScanFault.Duplicate, "7")]
    [InlineData("""{"jsonrpc":"2.0","id":7,"method":"x","params":{"_meta":{},"_meta":1}}""", ScanFault.Duplicate, "7")]
    [InlineData("""{"params":{"name":"a","name":"b"},"method":"tools/call","jsonrpc":"2.0","id":7}""", ScanFault.Duplicate, "7")]
    [InlineData("""{"jsonrpc":"2.0","id":7,"method":"x","params":{"_meta":{"progressToken":1,"progressToken":2}}}""", ScanFault.Duplicate, "7")]
    [InlineData("""{"jsonrpc":"2.0","id":7,"method":"x","params":{"_meta":{"progressToken":null,"progressToken":2}}}""", ScanFault.Duplicate, "7")]
    [InlineData("""{"jsonrpc":"2.0","id":7,"method":"x","params":{"_meta":{"progressToken":1,"progressToken":null}}}""", ScanFault.Duplicate, "7")]
    [InlineData("1", ScanFault.NotAnObject, "")]
    [InlineData("null", ScanFault.NotAnObject, "")]
    [InlineData("""[{"jsonrpc":"2.0","id":7,"method":"x"}]""", ScanFault.NotAnObject, "")]
    [InlineData("\"id\"", ScanFault.NotAnObject, "")]
    public void Scan_WhatIsNoMessage_NamesTheFaultAndTheId(string json, ScanFault expected, string expectedId)
    {
        var fault = Scan(json, out var id);

        Assert.Equal((expected, expectedId), (fault, id));
    }

    [Fact]
    public void Scan_LongestIdAndProgressToken_AreTaken()
    {
        var fault = Scan("""{"jsonrpc":"2.0","id":TOKEN,"method":"x","params":{"_meta":{"progressToken":TOKEN}}}""".Replace("TOKEN", LongestToken), out var id);

        Assert.Equal((ScanFault.None, LongestToken), (fault, id));
    }

    [Fact]
    public void Scan_LongerId_IsRefused()
    {
        var fault = Scan("""{"jsonrpc":"2.0","id":TOKEN,"method":"x"}""".Replace("TOKEN", LongestToken.Insert(1, "x")), out var id);

        Assert.Equal((ScanFault.TokenTooLong, ""), (fault, id));
    }

    [Fact]
    public void Scan_LongerProgressToken_IsRefused()
    {
        var token = new string('1', MessageScanner.MaxTokenBytes + 1);

        var fault = Scan("""{"params":{"_meta":{"progressToken":TOKEN}},"jsonrpc":"2.0","method":"x","id":7}""".Replace("TOKEN", token), out var id);

        Assert.Equal((ScanFault.TokenTooLong, "7"), (fault, id));
    }

    [Fact]
    public void Scan_NestedToTheLimit_IsTaken() => Seeds.Check(200, generator =>
        Assert.Equal(ScanFault.None, Scan($$"""{"jsonrpc":"2.0","id":1,"result":{{generator.Nest(MessageScanner.MaxDepth - 1)}}}""", out _)));

    [Fact]
    public void Scan_NestedDeeper_IsTooDeep() => Seeds.Check(200, generator =>
        Assert.Equal(ScanFault.TooDeep, Scan($$"""{"jsonrpc":"2.0","id":1,"result":{{generator.Nest(MessageScanner.MaxDepth)}}}""", out _)));

    [Theory]
    [InlineData("tru]")]
    [InlineData("1,]")]
    [InlineData("]}")]
    [InlineData("")]
    public void Scan_BrokenAtTheDeepestLevel_IsNotJson(string end)
    {
        var fault = Scan("{\"a\":" + new string('[', MessageScanner.MaxDepth - 1) + end, out _);

        Assert.Equal(ScanFault.NotJson, fault);
    }

    [Theory]
    [InlineData("""{"jsonrpc":"2.0","id":1,"result":{"_meta":{"io.modelcontextprotocol/subscriptionId":"s"}}}""", "\"s\"")]
    [InlineData("""{"result":{"x":{"_meta":1},"_meta":{"a":[],"io.modelcontextprotocol\/subscriptionId":5}},"id":1,"jsonrpc":"2.0"}""", "5")]
    [InlineData("""{"jsonrpc":"2.0","id":1,"result":{"_meta":{"io.modelcontextprotocol/subscriptionId":{"a":1}}}}""", "")]
    [InlineData("""{"jsonrpc":"2.0","id":1,"result":{"_meta":{"io.modelcontextprotocol/subscriptionId":null}}}""", "")]
    [InlineData("""{"jsonrpc":"2.0","id":1,"result":{"\ud800":1,"_meta":{"\udc00":1,"x":"s"}}}""", "")]
    [InlineData("""{"jsonrpc":"2.0","id":1,"result":{"_meta":"io.modelcontextprotocol/subscriptionId"}}""", "")]
    [InlineData("""{"jsonrpc":"2.0","id":1,"result":[{"_meta":{"io.modelcontextprotocol/subscriptionId":"s"}}]}""", "")]
    [InlineData("""{"jsonrpc":"2.0","id":1,"error":{"_meta":{"io.modelcontextprotocol/subscriptionId":"s"}}}""", "")]
    public void FindResultSubscriptionId_Response_FindsAStringOrANumberThere(string json, string expected)
    {
        var slice = MessageScanner.FindResultSubscriptionId(Encoding.UTF8.GetBytes(json));

        Assert.Equal(expected, EnvelopeText.Cut(Encoding.UTF8.GetBytes(json), slice));
    }

    [Fact]
    public void Scan_ToolsCall_AllocatesNothing()
    {
        var faults = 0;

        var bytes = Allocations.Of(1000, () => faults += (int)MessageScanner.Scan(Samples.ToolsCall, out _));

        Assert.Equal((0, 0L), (faults, bytes));
    }

    private static ScanFault Scan(string json, out string id)
    {
        var bytes = Encoding.UTF8.GetBytes(json);
        var fault = MessageScanner.Scan(bytes, out var envelope);
        id = EnvelopeText.Cut(bytes, envelope.Id);
        return fault;
    }
}
