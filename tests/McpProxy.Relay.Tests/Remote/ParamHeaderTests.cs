using System.Text.Json;
using McpProxy.Relay.Remote;

namespace McpProxy.Relay.Tests.Remote;

/// <summary>2026-07-28, Streamable HTTP, custom headers from tool parameters.</summary>
public sealed class ParamHeaderTests
{
    [Theory]
    [InlineData("""{"properties":{"a":{"type":"string","x-mcp-header":"A"},"b":{"type":"number"}}}""", "Mcp-Param-A=a")]
    [InlineData("""{"properties":{"o":{"type":"object","properties":{"i":{"type":"integer","x-mcp-header":"I"}}}}}""", "Mcp-Param-I=o/i")]
    [InlineData("""{"properties":{"a":{"type":["string","null"],"x-mcp-header":"A-b_1"},"properties":{"type":"boolean","x-mcp-header":"P"}}}""", "Mcp-Param-A-b_1=a Mcp-Param-P=properties")]
    [InlineData("""{"properties":{"x-mcp-header":{"type":"string"}}}""", "")]
    [InlineData("""{"properties":{"a":true}}""", "")]
    [InlineData("""{"properties":[]}""", "")]
    [InlineData("true", "")]
    public void TryReadAll_Annotations_AreFoundByTheirPath(string schema, string expected)
    {
        Assert.True(ParamHeader.TryReadAll(JsonElement.Parse(schema), out var headers, out _));

        Assert.Equal(expected, string.Join(' ', headers.Select(header => $"{header.Name}={string.Join('/', header.Path)}")));
    }

    [Theory]
    [InlineData("""{"type":"string","x-mcp-header":""}""")]
    [InlineData("""{"type":"string","x-mcp-header":"a b"}""")]
    [InlineData("""{"type":"string","x-mcp-header":"a\r\nb"}""")]
    [InlineData("""{"type":"string","x-mcp-header":"é"}""")]
    [InlineData("""{"type":"string","x-mcp-header":1}""")]
    [InlineData("""{"type":"number","x-mcp-header":"N"}""")]
    [InlineData("""{"type":["string","number"],"x-mcp-header":"N"}""")]
    [InlineData("""{"type":"object","x-mcp-header":"O"}""")]
    [InlineData("""{"x-mcp-header":"O"}""")]
    [InlineData("""{"type":"string","x-mcp-header":"SAME"},"b":{"type":"string","x-mcp-header":"same"}""")]
    public void TryReadAll_AgainstTheRules_NoneCounts(string property)
    {
        var schema = """{"properties":{"ok":{"type":"string","x-mcp-header":"Ok"},"a":PROPERTY}}""".Replace("PROPERTY", property, StringComparison.Ordinal);

        Assert.False(ParamHeader.TryReadAll(JsonElement.Parse(schema), out var headers, out var mistake));

        Assert.Empty(headers);
        Assert.NotEmpty(mistake);
    }

    [Theory]
    [InlineData("\"us-west1\"", "us-west1")]
    [InlineData("\"\"", "")]
    [InlineData("true", "true")]
    [InlineData("false", "false")]
    [InlineData("-7", "-7")]
    [InlineData("42.0", "42")]
    [InlineData("1e3", "1000")]
    [InlineData("9007199254740991", "9007199254740991")]
    [InlineData("-9007199254740991", "-9007199254740991")]
    [InlineData("9007199254740992", null)]
    [InlineData("-9223372036854775808", null)]
    [InlineData("1.5", null)]
    [InlineData("1e400", null)]
    [InlineData("null", null)]
    [InlineData("{}", null)]
    [InlineData("[]", null)]
    public void Read_Value_IsText(string value, string? expected)
    {
        var header = new ParamHeader("X", ["a"]);

        Assert.Equal(expected, header.Read(JsonElement.Parse($$"""{"a":{{value}}}""")));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"a":1}""")]
    [InlineData("""{"a":{"c":1}}""")]
    [InlineData("[]")]
    public void Read_NothingAtThePath_IsNull(string arguments) => Assert.Null(new ParamHeader("X", ["a", "b"]).Read(JsonElement.Parse(arguments)));
}
