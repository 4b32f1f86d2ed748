using System.Net;
using McpProxy.EndToEnd.Tests.Harness;
using McpProxy.EndToEnd.Tests.Wire;

namespace McpProxy.EndToEnd.Tests.Http;

/// <summary>HTTP+SSE (2024-11-05), with the status codes and texts of the tool that we replace.</summary>
public sealed class HttpSseTests(GatewaysFixture gateways) : IClassFixture<GatewaysFixture>
{
    private const string UnknownSession = "0123456789abcdef0123456789abcdef";

    [Fact]
    public async Task Get_Sse_SendsTheEndpointFirst()
    {
        using var wire = await ConnectAsync();

        Assert.Matches("^/messages/\\?session_id=[0-9a-f]{32}$", wire.EndpointData);
        Assert.Equal("no", wire.Stream.Response.Headers.GetValues("X-Accel-Buffering").Single());
        Assert.Contains("no-cache", wire.Stream.Response.Headers.CacheControl?.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Post_AMessage_IsAcceptedAndAnsweredOnTheStream()
    {
        using var wire = await ConnectAsync();
        await wire.InitializeAsync(TestContext.Current.CancellationToken);

        var accepted = await wire.PostAsync(Rpc.Call(1, "echo", new { value = "over SSE" }), TestContext.Current.CancellationToken);
        var answer = await wire.Stream.ReadMessageAsync(Rpc.ResponseTo(1), TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.Accepted, accepted.Status);
        Assert.Equal("Accepted", accepted.Body);
        Assert.Equal("over SSE", (string?)answer["result"]!["structuredContent"]!["value"]);
    }

    [Theory]
    [InlineData("/messages/", HttpStatusCode.BadRequest, "session_id is required")]
    [InlineData("/messages/?session_id=nonsense", HttpStatusCode.BadRequest, "Invalid session ID")]
    [InlineData("/messages/?session_id=" + UnknownSession, HttpStatusCode.NotFound, "Could not find session")]
    public async Task Post_WithoutASession_IsRefused(string path, HttpStatusCode status, string text)
    {
        var gateway = await GatewayAsync();

        var answer = await HttpSseWire.PostAsync(
            new Uri(gateway.Root, path), Rpc.Request(1, "ping"), TestContext.Current.CancellationToken);

        Assert.Equal(status, answer.Status);
        Assert.Equal(text, answer.Body);
    }

    [Theory]
    [InlineData("{")]
    [InlineData("nonsense")]
    [InlineData("""{"jsonrpc":"1.0","id":1,"method":"ping"}""")]
    public async Task Post_NotAMessage_Is400AndTheSessionGoesOn(string body)
    {
        using var wire = await ConnectAsync();
        await wire.InitializeAsync(TestContext.Current.CancellationToken);

        var refused = await wire.PostAsync(body, TestContext.Current.CancellationToken);
        var answer = await wire.RequestAsync(Rpc.Request(2, "ping"), 2, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.BadRequest, refused.Status);
        Assert.StartsWith("Could not parse message", refused.Body, StringComparison.Ordinal);
        Assert.NotNull(answer["result"]);
    }

    [Fact]
    public async Task Stream_Closed_EndsTheSession()
    {
        var wire = await ConnectAsync();
        await wire.InitializeAsync(TestContext.Current.CancellationToken);
        var messages = wire.Messages;

        wire.Dispose();

        await Wait.UntilAsync(
            async () => await HttpSseWire.PostAsync(messages, Rpc.Request(1, "ping"), TestContext.Current.CancellationToken),
            answer => answer.Status == HttpStatusCode.NotFound,
            () => "the session outlived its stream",
            TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task ServerRequest_OnTheStream_IsAnsweredByPost()
    {
        using var wire = await ConnectAsync();
        await wire.InitializeAsync(TestContext.Current.CancellationToken, """{"roots":{}}""");

        await wire.PostAsync(Rpc.Call("ask", "ask_roots", new { }), TestContext.Current.CancellationToken);
        var question = await wire.Stream.ReadMessageAsync(Rpc.Method("roots/list"), TestContext.Current.CancellationToken);
        await wire.PostAsync(
            Rpc.Result(question, """{"roots":[{"uri":"file:///here"}]}"""),
            TestContext.Current.CancellationToken);
        var answer = await wire.Stream.ReadMessageAsync(Rpc.ResponseTo("ask"), TestContext.Current.CancellationToken);

        Assert.Contains("file:///here", answer.FirstText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Endpoint_OfANamedServer_HasItsPrefix()
    {
        await using var gateway = await McpProxyProcess.StartAsync(
            ["--port", "0", "--named-server", "fetch", Backends.CommandString(Backends.Sample)], TestContext.Current.CancellationToken);
        using var wire = await HttpSseWire.ConnectAsync(gateway.Named("fetch", "sse"), TestContext.Current.CancellationToken);

        Assert.Matches("^/servers/fetch/messages/\\?session_id=[0-9a-f]{32}$", wire.EndpointData);
        var answer = await wire.InitializeAsync(TestContext.Current.CancellationToken);
        Assert.Equal("everything-server", (string?)answer["result"]!["serverInfo"]!["name"]);
    }

    private Task<McpProxyProcess> GatewayAsync() => gateways.For("sample", TestContext.Current.CancellationToken);

    private async Task<HttpSseWire> ConnectAsync() =>
        await HttpSseWire.ConnectAsync((await GatewayAsync()).Sse, TestContext.Current.CancellationToken);
}
