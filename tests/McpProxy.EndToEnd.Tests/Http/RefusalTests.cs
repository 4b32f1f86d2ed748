using System.Net;
using System.Net.Http.Headers;
using McpProxy.EndToEnd.Tests.Harness;
using McpProxy.EndToEnd.Tests.Wire;

namespace McpProxy.EndToEnd.Tests.Http;

/// <summary>What <c>/mcp</c> does not take: 400, 405, 406 and 415. None of it ends the session.</summary>
public sealed class RefusalTests(GatewaysFixture gateways) : IClassFixture<GatewaysFixture>
{
    private const string Ping = """{"jsonrpc":"2.0","id":"still here","method":"ping"}""";

    [Theory]
    [InlineData("PUT")]
    [InlineData("PATCH")]
    public async Task OtherMethod_OnTheEndpoint_Is405(string method)
    {
        using var wire = await ConnectAsync();

        using var response = await wire.SendAsync(new HttpMethod(method), Ping, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.MethodNotAllowed, response.StatusCode);
    }

    [Theory]
    [InlineData("text/html")]
    [InlineData("application/xml, text/plain")]
    public async Task Post_AcceptWithoutOurTypes_Is406(string accept)
    {
        using var wire = await ConnectAsync();

        var answer = await wire.PostAsync(Rpc.Request(1, "ping"), TestContext.Current.CancellationToken, accept);

        Assert.Equal(HttpStatusCode.NotAcceptable, answer.Status);
    }

    [Fact]
    public async Task Get_AcceptWithoutEventStream_Is406()
    {
        using var wire = await ConnectAsync();

        var answer = await wire.GetAsync(TestContext.Current.CancellationToken, "application/json");

        Assert.Equal(HttpStatusCode.NotAcceptable, answer.Status);
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData("application/json-patch+json")]
    [InlineData(null)]
    public async Task Post_ContentTypeNotJson_Is415(string? contentType)
    {
        using var wire = await ConnectAsync();

        var answer = await wire.PostAsync(Ping, TestContext.Current.CancellationToken, adjust: request =>
            request.Content!.Headers.ContentType = contentType is null ? null : new MediaTypeHeaderValue(contentType));

        Assert.Equal(HttpStatusCode.UnsupportedMediaType, answer.Status);
    }

    [Fact]
    public async Task Post_ContentTypeWithCharset_IsServed()
    {
        using var wire = await ConnectAsync();

        var answer = await wire.PostAsync(Ping, TestContext.Current.CancellationToken, adjust: request =>
            request.Content!.Headers.ContentType = new MediaTypeHeaderValue("application/json", "utf-8"));

        Assert.Equal(HttpStatusCode.OK, answer.Status);
    }

    [Theory]
    [InlineData("", -32700)]
    [InlineData("{", -32700)]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":"ping"} trailing""", -32700)]
    [InlineData("nonsense", -32700)]
    [InlineData("{}", -32600)]
    [InlineData("null", -32600)]
    [InlineData("42", -32600)]
    [InlineData("\"ping\"", -32600)]
    [InlineData("[]", -32600)]
    [InlineData("""{"id":1,"method":"ping"}""", -32600)]
    [InlineData("""{"jsonrpc":"1.0","id":1,"method":"ping"}""", -32600)]
    [InlineData("""{"jsonrpc":"2.0","id":{},"method":"ping"}""", -32600)]
    [InlineData("""{"jsonrpc":"2.0","id":null,"method":"ping"}""", -32600)]
    [InlineData("""{"jsonrpc":"2.0","id":true,"method":"ping"}""", -32600)]
    [InlineData("""{"jsonrpc":"2.0","id":1,"method":7}""", -32600)]
    [InlineData("""{"jsonrpc":"2.0","id":1}""", -32600)]
    public async Task Post_NotAMessage_Is400AndTheSessionGoesOn(string body, int code)
    {
        using var wire = await ConnectAsync();

        var answer = await wire.PostAsync(body, TestContext.Current.CancellationToken);
        var next = await wire.PostAsync(Ping, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.Equal("application/json", answer.MediaType);
        Assert.Equal(code, answer.Json.ErrorCode());
        Assert.Equal(HttpStatusCode.OK, next.Status);
    }

    [Fact]
    public async Task Post_BytesThatAreNotUtf8_Is400()
    {
        using var wire = await ConnectAsync();
        byte[] bytes = [.. """{"jsonrpc":"2.0","id":1,"method":"ping","params":{"x":" """u8, 0xff, 0xfe, .. "\"}}"u8];

        var answer = await wire.PostAsync("", TestContext.Current.CancellationToken, adjust: request =>
        {
            request.Content = new ByteArrayContent(bytes);
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        });

        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.Equal(-32700, answer.Json.ErrorCode());
    }

    private async Task<StreamableHttpWire> ConnectAsync() => await StreamableHttpWire.ConnectAsync(
        (await gateways.For("sample", TestContext.Current.CancellationToken)).Mcp, TestContext.Current.CancellationToken);
}
