using System.Net;
using McpProxy.EndToEnd.Tests.Harness;
using McpProxy.EndToEnd.Tests.Wire;

namespace McpProxy.EndToEnd.Tests.Http;

/// <summary>How <c>POST /mcp</c> answers a message: media type, size and id (2025-11-25, basic/transports).</summary>
public sealed class RequestTests(GatewaysFixture gateways) : IClassFixture<GatewaysFixture>
{
    public static TheoryData<string> ValidIds { get; } =
    [
        "0", "-1", "7", "9007199254740993", "\"\"", "\"7\"", "\"a \\\"quoted\\\" id\"", "\"\\u0041\\u00e9\"", "\"clé 🔑\"",
        "\"00000000-0000-0000-0000-000000000000\"",
    ];

    /// <summary>Sizes on both sides of the buffers that a relay has: 4 KB segments, 64 KB pipes, a megabyte of replay.</summary>
    public static MatrixTheoryData<int, string> SizesAndTypes { get; } =
        new([0, 4_000, 65_000, 66_000, 200_000, 1_100_000, 10_000_000], [StreamableHttpWire.BothTypes, "application/json"]);

    [Theory]
    [InlineData(StreamableHttpWire.BothTypes, "text/event-stream")]
    [InlineData("text/event-stream, application/json", "text/event-stream")]
    [InlineData("application/json;q=0.9, text/event-stream;q=0.8", "text/event-stream")]
    [InlineData("application/json", "application/json")]
    [InlineData("application/*, text/event-stream", "text/event-stream")]
    public async Task Request_Accept_DecidesTheMediaType(string accept, string mediaType)
    {
        using var wire = await ConnectAsync();

        var answer = await wire.PostAsync(Rpc.Call(1, "echo", new { value = "hello" }), TestContext.Current.CancellationToken, accept);

        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.Equal(mediaType, answer.MediaType);
        Assert.Contains("hello", answer.Body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("*/*")]
    [InlineData("application/*")]
    public async Task Request_AcceptAnything_IsServed(string accept)
    {
        using var wire = await ConnectAsync();

        var answer = await wire.PostAsync(Rpc.Call(1, "echo", new { value = "hello" }), TestContext.Current.CancellationToken, accept);

        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.Contains("hello", answer.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Request_AcceptJsonOnly_IsOneJsonObject()
    {
        using var wire = await ConnectAsync();

        // The progress and the logs of the call have no stream to go to; the answer must still be the response alone.
        var answer = await wire.PostAsync(
            Rpc.Call(1, "slow", new { milliseconds = 100, steps = 4 }, progressToken: "t"),
            TestContext.Current.CancellationToken,
            "application/json");

        Assert.Equal("application/json", answer.MediaType);
        Assert.Equal(1, answer.Json["id"]!.GetValue<int>());
        Assert.NotNull(answer.Json["result"]);
    }

    [Theory]
    [MemberData(nameof(SizesAndTypes))]
    public async Task Response_OfAnySize_ComesWhole(int bytes, string accept)
    {
        using var wire = await ConnectAsync();

        using var response = await wire.SendAsync(
            HttpMethod.Post, Rpc.Call(1, "large_result", new { bytes }), TestContext.Current.CancellationToken, accept);
        var answer = Assert.Single(await StreamableHttpWire.ReadMessagesAsync(response, TestContext.Current.CancellationToken));

        Assert.Equal(bytes, answer.FirstText().Length);
    }

    [Theory]
    [InlineData("""{"jsonrpc":"2.0","method":"notifications/roots/list_changed"}""")]
    [InlineData("""{"jsonrpc":"2.0","method":"notifications/unheard/of","params":{"a":[1,2,3]}}""")]
    [InlineData("""{"jsonrpc":"2.0","id":424242,"result":{}}""")]
    [InlineData("""{"jsonrpc":"2.0","id":"nobody asked","error":{"code":-1,"message":"no"}}""")]
    public async Task NotificationOrResponse_InASession_Is202WithoutBody(string message)
    {
        using var wire = await ConnectAsync();

        var answer = await wire.PostAsync(message, TestContext.Current.CancellationToken);

        // "the server MUST return HTTP status code 202 Accepted with no body"
        Assert.Equal(HttpStatusCode.Accepted, answer.Status);
        Assert.Empty(answer.Body);
    }

    [Theory]
    [MemberData(nameof(ValidIds))]
    public async Task Request_AnyValidId_ComesBackAsItWasSent(string id)
    {
        using var wire = await ConnectAsync();

        var answer = await wire.PostAsync(
            $$"""{"jsonrpc":"2.0","id":{{id}},"method":"ping"}""", TestContext.Current.CancellationToken, "application/json");

        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.Contains($"\"id\":{id}", answer.Body.Replace("\"id\": ", "\"id\":", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Request_IdAlreadyInFlight_IsRefusedAndTheFirstIsAnswered()
    {
        using var wire = await ConnectAsync();
        using var first = await wire.PostForStreamAsync(
            Rpc.Call("twice", "slow", new { milliseconds = 3_000, steps = 10 }, progressToken: "p"), TestContext.Current.CancellationToken);
        await first.ReadMessageAsync(Rpc.Method("notifications/progress"), TestContext.Current.CancellationToken);

        var second = await wire.PostAsync(Rpc.Request("twice", "ping"), TestContext.Current.CancellationToken, "application/json");
        var answer = await first.ReadMessageAsync(Rpc.ResponseTo("twice"), TestContext.Current.CancellationToken);

        Assert.Equal(-32600, second.Json.ErrorCode());
        Assert.NotNull(answer["result"]);
    }

    [Fact]
    public async Task Request_PrettyPrinted_IsServed()
    {
        using var wire = await ConnectAsync();
        var body = "{\r\n  \"jsonrpc\": \"2.0\",\r\n\t\"id\": 5,\n  \"method\": \"tools/call\",\r\n"
            + "  \"params\": {\r\n    \"name\": \"echo\",\r\n    \"arguments\": {\r\n      \"value\": \"line one\\nline two\"\r\n    }\r\n  }\r\n}\r\n";

        var answer = await wire.PostAsync(body, TestContext.Current.CancellationToken, "application/json");

        Assert.Equal("line one\nline two", answer.Json["result"]!["structuredContent"]!["value"]!.GetValue<string>());
    }

    private Task<McpProxyProcess> GatewayAsync() => gateways.For("sample", TestContext.Current.CancellationToken);

    private async Task<StreamableHttpWire> ConnectAsync() =>
        await StreamableHttpWire.ConnectAsync((await GatewayAsync()).Mcp, TestContext.Current.CancellationToken);
}
