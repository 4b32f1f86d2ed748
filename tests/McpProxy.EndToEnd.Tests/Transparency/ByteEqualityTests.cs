using McpProxy.EndToEnd.Tests.Harness;
using McpProxy.EndToEnd.Tests.Wire;

namespace McpProxy.EndToEnd.Tests.Transparency;

/// <summary>What a server answers over stdio is, byte for byte, what the proxy's client gets.</summary>
public sealed class ByteEqualityTests(GatewaysFixture gateways) : IClassFixture<GatewaysFixture>
{
    private static readonly string[] Common =
    [
        Rpc.Request(1, "ping"),
        Rpc.Request("2", "tools/list", "{}"),
        Rpc.Request(3, "prompts/list"),
        Rpc.Request(4, "resources/list"),
        Rpc.Request(5, "resources/templates/list"),
        Rpc.Request(6, "no/such/method", """{"deep":[[[{"a":null}]]],"_meta":{"x":1}}"""),
        Rpc.Request(7, "tools/call", """{"name":"no-such-tool"}"""),
        Rpc.Request(8, "prompts/get", """{"name":"no-such-prompt"}"""),
        Rpc.Request(9, "resources/read", """{"uri":"nowhere://at/all"}"""),
        Rpc.Request(10, "logging/setLevel", """{"level":"warning"}"""),
        Rpc.Request(11, "logging/setLevel", """{"level":"deafening"}"""),
    ];

    private static readonly string[] ForSample =
    [
        Rpc.Request(20, "resources/list", """{"cursor":"25"}"""),
        Rpc.Request(21, "resources/list", """{"cursor":"no such cursor"}"""),
        """{"jsonrpc":"2.0","id":22,"method":"tools/call","params":{"name":"echo","arguments":{"value":{"ünï":"cödé 🔑 \u2028 \u0000","n":1e400,"big":123456789012345678901234567890,"f":1.50}}}}""",
        Rpc.Request(23, "resources/read", """{"uri":"test://static-binary"}"""),
        Rpc.Request(24, "prompts/get", """{"name":"test_prompt_with_image"}"""),
        Rpc.Request(25, "tools/call", """{"name":"test_error_handling","arguments":{}}"""),
        Rpc.Request(26, "tools/call", """{"name":"large_result","arguments":{"bytes":100000}}"""),
        Rpc.Request(27, "completion/complete", """{"ref":{"type":"ref/resource","uri":"test://template/{id}/data"},"argument":{"name":"id","value":""}}"""),
    ];

    private static readonly string[] ForServerEverything =
    [
        """{"jsonrpc":"2.0","id":20,"method":"tools/call","params":{"name":"echo","arguments":{"message":"lone \ud83d surrogate, \u2028, \u0000, 🔑"}}}""",
        Rpc.Request(21, "tools/call", """{"name":"echo","arguments":{"message":42}}"""),
        Rpc.Request(22, "tools/call", """{"name":"get-structured-content","arguments":{"location":"Chicago"}}"""),
        Rpc.Request(23, "tools/call", """{"name":"get-tiny-image"}"""),
        Rpc.Request(24, "resources/read", """{"uri":"demo://resource/static/document/instructions.md"}"""),
    ];

    public static MatrixTheoryData<string, string> ServersAndSharing { get; } = new(["sample", "server-everything"], ["dedicated", "auto"]);

    [Theory]
    [MemberData(nameof(ServersAndSharing))]
    public async Task Responses_ThroughTheProxy_AreThoseOfTheServer(string server, string sharing)
    {
        var gateway = await gateways.For(server, TestContext.Current.CancellationToken, "--sharing", sharing);
        await using var direct = new StdioWire(Backends.Named(server));
        using var proxied = new StreamableHttpWire(gateway.Mcp);

        await AssertSameAsync(
            direct, proxied, Rpc.Initialize("init"), "init", response => proxied.SessionId = response.Headers["Mcp-Session-Id"]);
        await direct.SendAsync(Rpc.Initialized, TestContext.Current.CancellationToken);
        await proxied.PostAsync(Rpc.Initialized, TestContext.Current.CancellationToken);
        foreach (var request in (string[])[.. Common, .. server == "sample" ? ForSample : ForServerEverything])
        {
            await AssertSameAsync(direct, proxied, request, IdOf(request));
        }
    }

    private static object IdOf(string request)
    {
        var id = System.Text.Json.Nodes.JsonNode.Parse(request)!["id"]!.AsValue();
        return id.TryGetValue<int>(out var number) ? number : id.GetValue<string>();
    }

    private static async Task AssertSameAsync(
        StdioWire direct, StreamableHttpWire proxied, string request, object id, Action<Answer>? inspect = null)
    {
        var expected = await direct.RequestAsync(request, id, TestContext.Current.CancellationToken);
        var actual = await proxied.PostAsync(request, TestContext.Current.CancellationToken, "application/json");

        inspect?.Invoke(actual);
        Assert.Equal(expected, actual.Body.TrimEnd('\n'));
    }
}
