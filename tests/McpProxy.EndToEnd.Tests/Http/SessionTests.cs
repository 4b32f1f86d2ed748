using System.Net;
using McpProxy.EndToEnd.Tests.Harness;
using McpProxy.EndToEnd.Tests.Wire;

namespace McpProxy.EndToEnd.Tests.Http;

/// <summary>How a session begins, is named, and ends (2025-11-25, basic/transports, Session Management).</summary>
public sealed class SessionTests(GatewaysFixture gateways) : IClassFixture<GatewaysFixture>
{
    private const string Ping = """{"jsonrpc":"2.0","id":"still here","method":"ping"}""";

    [Theory]
    [InlineData("/mcp")]
    [InlineData("/mcp/")]
    public async Task Initialize_AtBothSpellings_OpensASession(string path)
    {
        var gateway = await GatewayAsync();
        using var wire = new StreamableHttpWire(new Uri(gateway.Root, path));

        var answer = await wire.InitializeAsync(TestContext.Current.CancellationToken);

        Assert.Equal("2025-11-25", (string?)answer["result"]?["protocolVersion"]);
        // 128 random bits need 22 characters of base64url; "The session ID MUST only contain visible ASCII characters".
        Assert.Matches("^[A-Za-z0-9_-]{22,}$", wire.SessionId);
    }

    [Fact]
    public async Task Initialize_SameResultForEachClient_ButForIdAndVersion()
    {
        var gateway = await GatewayAsync();
        using var first = new StreamableHttpWire(gateway.Mcp);
        using var second = new StreamableHttpWire(gateway.Mcp);

        var one = await first.InitializeAsync(TestContext.Current.CancellationToken);
        var other = await second.InitializeAsync(TestContext.Current.CancellationToken);

        Assert.Equal(one["result"]!.ToJsonString(), other["result"]!.ToJsonString());
        Assert.NotEqual(first.SessionId, second.SessionId);
    }

    [Theory]
    [InlineData("2024-11-05")]
    [InlineData("2025-03-26")]
    [InlineData("2025-06-18")]
    [InlineData("2025-11-25")]
    public async Task Initialize_OlderRevision_IsAgreed(string revision)
    {
        using var wire = await StreamableHttpWire.ConnectAsync((await GatewayAsync()).Mcp, TestContext.Current.CancellationToken, revision);

        Assert.Equal(revision, wire.ProtocolVersion);
    }

    [Fact]
    public async Task Initialize_UnknownRevision_IsAnsweredWithOneThatTheServerHas()
    {
        using var wire = await StreamableHttpWire.ConnectAsync(
            (await GatewayAsync()).Mcp, TestContext.Current.CancellationToken, "2099-01-01");

        Assert.Equal("2025-11-25", wire.ProtocolVersion);
    }

    [Theory]
    [InlineData("1999-12-31", HttpStatusCode.BadRequest)]
    [InlineData("nonsense", HttpStatusCode.BadRequest)]
    [InlineData("2024-11-05", HttpStatusCode.OK)]
    [InlineData("2025-03-26", HttpStatusCode.OK)]
    [InlineData("2025-06-18", HttpStatusCode.OK)]
    [InlineData("2025-11-25", HttpStatusCode.OK)]
    [InlineData(null, HttpStatusCode.OK)]
    public async Task Request_ProtocolVersionHeader_IsChecked(string? version, HttpStatusCode status)
    {
        using var wire = await ConnectAsync();
        wire.ProtocolVersion = version;

        var answer = await wire.PostAsync(Ping, TestContext.Current.CancellationToken);

        // "If the server receives a request with an invalid or unsupported MCP-Protocol-Version, it MUST respond with 400"
        Assert.Equal(status, answer.Status);
    }

    [Fact]
    public async Task Request_WithoutSessionId_Is400AndEchoesTheId()
    {
        using var wire = new StreamableHttpWire((await GatewayAsync()).Mcp);

        var answer = await wire.PostAsync(Rpc.Request("my id", "tools/list"), TestContext.Current.CancellationToken);

        // "Servers that require a session ID SHOULD respond to requests without an MCP-Session-Id header … with HTTP 400"
        AssertFault(answer, HttpStatusCode.BadRequest, "my id");
    }

    [Fact]
    public async Task Request_WithUnknownSessionId_Is404AndEchoesTheId()
    {
        using var wire = new StreamableHttpWire((await GatewayAsync()).Mcp) { SessionId = "0123456789abcdef0123456789abcdef" };

        var answer = await wire.PostAsync(Rpc.Request("my id", "tools/list"), TestContext.Current.CancellationToken);

        AssertFault(answer, HttpStatusCode.NotFound, "my id");
    }

    [Fact]
    public async Task Request_AfterDelete_Is404()
    {
        using var wire = await ConnectAsync();

        var deleted = await wire.DeleteAsync(TestContext.Current.CancellationToken);
        var answer = await wire.PostAsync(Rpc.Request("late", "ping"), TestContext.Current.CancellationToken);
        var again = await wire.DeleteAsync(TestContext.Current.CancellationToken);

        Assert.InRange((int)deleted.Status, 200, 204);
        AssertFault(answer, HttpStatusCode.NotFound, "late");
        Assert.Equal(HttpStatusCode.NotFound, again.Status);
    }

    private static void AssertFault(Answer answer, HttpStatusCode status, string id)
    {
        Assert.Equal(status, answer.Status);
        Assert.Equal("application/json", answer.MediaType);
        Assert.Equal("2.0", (string?)answer.Json["jsonrpc"]);
        Assert.Equal(id, (string?)answer.Json["id"]);
        Assert.NotEmpty((string)answer.Json["error"]!["message"]!);
    }

    private Task<McpProxyProcess> GatewayAsync() => gateways.For("sample", TestContext.Current.CancellationToken);

    private async Task<StreamableHttpWire> ConnectAsync() =>
        await StreamableHttpWire.ConnectAsync((await GatewayAsync()).Mcp, TestContext.Current.CancellationToken);
}
