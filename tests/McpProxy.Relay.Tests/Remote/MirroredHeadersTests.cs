using System.Text;
using McpProxy.Relay.Messages;
using McpProxy.Relay.Remote;
using Microsoft.Extensions.Logging.Abstractions;

namespace McpProxy.Relay.Tests.Remote;

/// <summary>2026-07-28, Streamable HTTP, request metadata.</summary>
public sealed class MirroredHeadersTests
{
    private readonly MessagePool _pool = new();
    private readonly MirroredHeaders _headers = new(NullLogger.Instance);

    /// <summary>The table of encoding examples.</summary>
    [Theory]
    [InlineData("us-west1", "us-west1")]
    [InlineData("Hello, 世界", "=?base64?SGVsbG8sIOS4lueVjA==?=")]
    [InlineData(" padded ", "=?base64?IHBhZGRlZCA=?=")]
    [InlineData("line1\nline2", "=?base64?bGluZTEKbGluZTI=?=")]
    [InlineData("=?base64?literal?=", "=?base64?PT9iYXNlNjQ/bGl0ZXJhbD89?=")]
    [InlineData("", "")]
    [InlineData("a b\tc~", "a b\tc~")]
    [InlineData("a\u007f", "=?base64?YX8=?=")]
    [InlineData("\tx", "=?base64?CXg=?=")]
    [InlineData("=?base64?", "=?base64?")]
    public void Encode_Value_IsSafe(string value, string expected) => Assert.Equal(expected, MirroredHeaders.Encode(value));

    [Theory]
    [InlineData("tools/list", "", null)]
    [InlineData("tools/call", "\"name\":\"t\",", "t")]
    [InlineData("prompts/get", "\"name\":\"p\\u0041\",", "pA")]
    [InlineData("resources/read", "\"uri\":\"file:///a\",", "file:///a")]
    [InlineData("resources/subscribe", "\"uri\":\"file:///a\",", null)]
    [InlineData("tools/call", "\"name\":\"\\ud800\",", null)]
    public void Apply_Request_NamesMethodAndSubject(string method, string members, string? name)
    {
        using var request = Apply(method, members);

        Assert.Equal("2026-07-28", request.Headers.GetValues("MCP-Protocol-Version").Single());
        Assert.Equal(method, request.Headers.GetValues("Mcp-Method").Single());
        Assert.Equal(name, request.Headers.TryGetValues("Mcp-Name", out var names) ? names.Single() : null);
    }

    [Fact]
    public void Learn_ToolsWithMistakes_TheOthersCount()
    {
        Learn("""
            [1,{"name":1},{"name":"\ud800"},{"name":"none"},
            {"name":"bad","inputSchema":{"properties":{"\ud800":{"type":"string","x-mcp-header":"A"},"a":{"type":"number","x-mcp-header":"A"}}}},
            {"name":"t","inputSchema":{"properties":{"a":{"type":"string","x-mcp-header":"A"}}}}]
            """);

        Assert.Equal("v", Param("t", """{"a":"v"}"""));
        Assert.Null(Param("bad", """{"a":"v"}"""));
        Assert.Null(Param("none", """{"a":"v"}"""));
    }

    [Theory]
    [InlineData("""{"a":"\ud800"}""")]
    [InlineData("""{"a":-9223372036854775808}""")]
    [InlineData("""{"a":null}""")]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("1")]
    public void Apply_ValueThatNoHeaderCanCarry_IsOmitted(string arguments)
    {
        Learn("""[{"name":"t","inputSchema":{"properties":{"a":{"type":"string","x-mcp-header":"A"}}}}]""");

        Assert.Null(Param("t", arguments));
    }

    [Fact]
    public void Learn_NewListing_ReplacesTheOld()
    {
        Learn("""[{"name":"t","inputSchema":{"properties":{"a":{"type":"string","x-mcp-header":"A"}}}}]""");
        Learn("""[{"name":"t","inputSchema":{"properties":{"a":{"type":"string"}}}}]""");

        Assert.Null(Param("t", """{"a":"v"}"""));
    }

    private void Learn(string tools)
    {
        using var answer = Message("""{"jsonrpc":"2.0","id":1,"result":{"tools":TOOLS}}""".Replace("TOOLS", tools, StringComparison.Ordinal));
        _headers.Learn(answer);
    }

    private string? Param(string tool, string arguments)
    {
        using var request = Apply("tools/call", $"\"name\":\"{tool}\",\"arguments\":{arguments},");
        return request.Headers.TryGetValues("Mcp-Param-A", out var values) ? values.Single() : null;
    }

    private HttpRequestMessage Apply(string method, string members)
    {
        using var message = Message("""{"jsonrpc":"2.0","id":1,"method":"METHOD","params":{MEMBERS"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28"}}}"""
            .Replace("METHOD", method, StringComparison.Ordinal).Replace("MEMBERS", members, StringComparison.Ordinal));
        var request = new HttpRequestMessage();
        _headers.Apply(request, message);
        return request;
    }

    private Message Message(string json) => MessageReader.Read(_pool, Encoding.UTF8.GetBytes(json)).Single!;
}
