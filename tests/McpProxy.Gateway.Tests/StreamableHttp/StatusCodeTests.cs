using System.Net;
using McpProxy.Gateway.Configuration;
using McpProxy.Gateway.Tests.Harness;

namespace McpProxy.Gateway.Tests.StreamableHttp;

/// <summary>Status codes, headers and bodies of <c>/mcp</c> (MCP 2025-11-25, transports).</summary>
public sealed class StatusCodeTests : GatewayTest
{
    private const string Ping = """{"jsonrpc":"2.0","id":"p","method":"ping"}""";

    public static TheoryData<string, int, int, string> BadBodies { get; } = new()
    {
        // "If the server cannot accept the input, it MUST return an HTTP error status code": with the id, once it was read.
        { "", 400, -32700, "null" },
        { "{", 400, -32700, "null" },
        { "{} x", 400, -32700, "null" },
        { """{"jsonrpc":"2.0","id":1,"method":"ping"}{}""", 400, -32700, "null" },
        { "null", 400, -32600, "null" },
        { "\"ping\"", 400, -32600, "null" },
        { "{}", 400, -32600, "null" },
        { """{"jsonrpc":"2.0","id":1}""", 400, -32600, "1" },
        { """{"jsonrpc":"1.0","id":1,"method":"ping"}""", 400, -32600, "1" },
        { """{"id":"é","method":"ping"}""", 400, -32600, "\"é\"" },
        { """{"jsonrpc":"2.0","id":null,"method":"ping"}""", 400, -32600, "null" },
        { """{"jsonrpc":"2.0","id":[1],"method":"ping"}""", 400, -32600, "null" },
        { """{"jsonrpc":"2.0","id":1,"method":7}""", 400, -32600, "1" },
        { """{"jsonrpc":"2.0","id":1,"method":"ping","result":{}}""", 400, -32600, "1" },
        { """{"jsonrpc":"2.0","id":1,"id":1,"method":"ping"}""", 400, -32600, "1" },
        { "[]", 400, -32600, "null" },
        { "[1]", 400, -32600, "null" },
        { $$"""{"jsonrpc":"2.0","id":1,"method":"ping","params":{{new string('[', 300)}}{{new string(']', 300)}}}""", 400, -32700, "null" },
        { $$"""{"jsonrpc":"2.0","id":"{{new string('x', 2000)}}","method":"ping"}""", 400, -32600, "null" },
    };

    [Theory]
    [MemberData(nameof(BadBodies))]
    public async Task Post_BadBody_IsToldAndEndsNobodysSession(string body, int status, int code, string id)
    {
        var client = await ConnectAsync();

        var answer = await client.PostAsync(body);

        Assert.Equal((status, "application/json", code, id), Told(answer));
        Assert.Equal("\"p\"", (await client.RequestAsync(Ping)).Id());
    }

    [Fact]
    public async Task Post_NotUtf8_IsRefused()
    {
        var client = await ConnectAsync();

        var answer = await client.PostAsync(Ping, request =>
        {
            request.Content = new ByteArrayContent([.. """{"jsonrpc":"2.0","id":1,"method":"ping","params":{"x":" """u8, 0xC3, .. "\"}}"u8]);
            request.Content.Headers.ContentType = new("application/json");
        });

        Assert.Equal((400, "application/json", -32700, "null"), Told(answer));
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData(null)]
    public async Task Post_ContentTypeThatIsNotJson_Is415(string? mediaType)
    {
        var client = await ConnectAsync();

        var answer = await client.PostAsync(Ping, request => request.Content!.Headers.ContentType = mediaType is null ? null : new(mediaType));

        Assert.Equal((415, "application/json", -32600, "null"), Told(answer));
    }

    [Theory]
    [InlineData("application/json, text/event-stream", "text/event-stream")]
    [InlineData("text/event-stream;q=0.5, application/json", "text/event-stream")]
    [InlineData("text/event-stream", "text/event-stream")]
    [InlineData("text/*", "text/event-stream")]
    [InlineData("application/json", "application/json")]
    [InlineData("application/json, text/event-stream;q=0", "application/json")]
    [InlineData("application/*", "application/json")]
    [InlineData("*/*", "application/json")]
    [InlineData(null, "application/json")]
    public async Task Post_Accept_DecidesHowItIsAnswered(string? accept, string mediaType)
    {
        var client = await ConnectAsync();

        var answer = await client.PostAsync(Ping, request => McpClient.Set(request, "Accept", accept));

        Assert.Equal((HttpStatusCode.OK, mediaType), (answer.Status, answer.MediaType));
        Assert.Equal("""{"jsonrpc":"2.0","id":"p","result":{}}""", answer.Response.GetRawText());
    }

    [Theory]
    [InlineData("text/html")]
    [InlineData("application/json;q=0")]
    [InlineData("image/*")]
    public async Task Post_AcceptsNeither_Is406(string accept)
    {
        var client = await ConnectAsync();

        var answer = await client.PostAsync(Ping, request => McpClient.Set(request, "Accept", accept));

        Assert.Equal((406, "application/json", -32600, "null"), Told(answer));
    }

    [Theory]
    [InlineData("""{"jsonrpc":"2.0","method":"notifications/own"}""")]
    [InlineData("""{"jsonrpc":"2.0","id":"nobody asked","result":{}}""")]
    [InlineData("""[{"jsonrpc":"2.0","method":"notifications/own"},{"jsonrpc":"2.0","method":"notifications/own"}]""")]
    public async Task Post_NothingToAnswer_Is202WithoutBody(string body)
    {
        var client = await ConnectAsync();

        var answer = await client.PostAsync(body);

        Assert.Equal((HttpStatusCode.Accepted, null, ""), (answer.Status, answer.MediaType, answer.Body));
    }

    [Theory]
    [InlineData(null, 400, -32600)]
    [InlineData("", 400, -32600)]
    [InlineData("never-was", 404, -32001)]
    public async Task Session_MissingOrUnknown_IsToldSoThatTheClientStartsAnew(string? session, int status, int code)
    {
        var host = await StartAsync(FaultServer.Shared());
        var client = host.Client();
        client.SessionId = session;

        var post = await client.PostAsync(Ping);
        var get = await client.GetAsync(request => McpClient.Set(request, "Accept", "text/event-stream"));
        var delete = await client.DeleteAsync();

        Assert.Equal((status, "application/json", code, "\"p\""), Told(post));
        Assert.Equal((status, "application/json", code, "null"), Told(get));
        Assert.Equal((status, "application/json", code, "null"), Told(delete));
    }

    [Fact]
    public async Task Delete_Session_EndsItForGood()
    {
        var host = await StartAsync(FaultServer.Shared());
        var client = await host.ConnectAsync();
        var stream = await client.ListenAsync();

        var answer = await client.DeleteAsync();

        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.Empty(await stream.ReadToEndAsync());
        Assert.Equal((404, "application/json", -32001, "\"p\""), Told(await client.PostAsync(Ping)));
        Assert.Equal(HttpStatusCode.NotFound, (await client.DeleteAsync()).Status);
    }

    [Fact]
    public async Task Session_OfAnotherServer_IsUnknown()
    {
        var host = await StartAsync(new Dictionary<string, BackendOptions> { ["default"] = FaultServer.Shared(), ["other"] = FaultServer.Shared() });
        var client = await host.ConnectAsync();
        var other = host.Client("other");
        other.SessionId = client.SessionId;

        Assert.Equal((404, "application/json", -32001, "\"p\""), Told(await other.PostAsync(Ping)));
        Assert.Equal(HttpStatusCode.NotFound, (await other.DeleteAsync()).Status);
        Assert.Equal("\"p\"", (await client.RequestAsync(Ping)).Id());
    }

    [Fact]
    public async Task Server_Unknown_Is404()
    {
        var host = await StartAsync(FaultServer.Shared());

        var answer = await host.Client("nobody").PostAsync(Rpc.Initialize());

        Assert.Equal((404, "application/json", -32001, "null"), Told(answer));
        Assert.Contains("/status", answer.Response.ErrorText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Initialize_WithSessionId_IsRefused()
    {
        var client = await ConnectAsync();

        Assert.Equal((400, "application/json", -32600, "0"), Told(await client.PostAsync(Rpc.Initialize())));
        client.SessionId = "never-was";
        Assert.Equal((404, "application/json", -32001, "0"), Told(await client.PostAsync(Rpc.Initialize())));
    }

    [Fact]
    public async Task Initialize_New_OpensASessionWithAnIdThatCannotBeGuessed()
    {
        var host = await StartAsync(FaultServer.Shared());

        var (client, other) = (await host.ConnectAsync(), await host.ConnectAsync());

        // "globally unique and cryptographically secure (e.g., a securely generated UUID…)": its digits.
        Assert.Matches("^[0-9a-f]{32}$", client.SessionId);
        Assert.NotEqual(client.SessionId, other.SessionId);
    }

    [Theory]
    [InlineData("2025-11-25", 200)]
    [InlineData("2024-11-05", 200)]
    [InlineData(null, 200)]
    [InlineData("2025-11-26", 400)]
    [InlineData("1", 400)]
    public async Task ProtocolVersion_InvalidOrUnsupported_Is400(string? version, int status)
    {
        var client = await ConnectAsync();
        client.Version = version;

        Assert.Equal(status, (int)(await client.PostAsync(Ping)).Status);
    }

    [Fact]
    public async Task ProtocolVersion_OnlyTheBackendKnowsIt_IsAccepted()
    {
        var host = await StartAsync(FaultServer.Shared("--legacy-version", "2025-09-09"));
        var client = await host.ConnectAsync();

        Assert.Equal("2025-09-09", client.Version);
        Assert.Equal(HttpStatusCode.OK, (await client.PostAsync(Ping)).Status);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("application/json")]
    [InlineData("*/*")]
    public async Task Get_WithoutEventStream_Is406(string? accept)
    {
        var client = await ConnectAsync();

        var answer = await client.GetAsync(request => McpClient.Set(request, "Accept", accept));

        Assert.Equal((406, "application/json", -32600, "null"), Told(answer));
    }

    [Theory]
    [InlineData("PUT")]
    [InlineData("PATCH")]
    public async Task Method_OtherThanPostGetDelete_Is405(string method)
    {
        var client = await ConnectAsync();

        using var response = await client.SendAsync(new HttpMethod(method), Ping);

        Assert.Equal(HttpStatusCode.MethodNotAllowed, response.StatusCode);
        Assert.Equal(["DELETE", "GET", "POST"], response.Content.Headers.Allow.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Request_IdInFlight_IsRefusedAndTheFirstOneGoesOn()
    {
        var client = await ConnectAsync();
        var asking = await client.StreamAsync(Rpc.Call("ask", id: "\"a\""));
        var request = await asking.ReadAsync("roots/list");

        var answer = await client.PostAsync(Rpc.Call("echo", id: "\"a\""));

        Assert.Equal((400, "application/json", -32600, "\"a\""), Told(answer));
        await client.PostAsync(Rpc.Result(request.Id()));
        Assert.Equal("""{"result":{}}""", (await asking.ReadResponseAsync()).Text());
        Assert.Equal("[1]", (await client.RequestAsync(Rpc.Call("echo", "[1]", id: "\"a\""))).Text());
    }

    [Fact]
    public async Task Stream_Headers_KeepProxiesFromHoldingItBack()
    {
        var client = await ConnectAsync();

        var answer = await client.PostAsync(Ping);
        using var stream = await client.ListenAsync();

        Assert.Equal(("no", "no-cache"), (answer.Headers["X-Accel-Buffering"], answer.Headers["Cache-Control"]));
        Assert.Equal(("no", "no-cache"), (stream.Response.Headers.GetValues("X-Accel-Buffering").Single(), $"{stream.Response.Headers.CacheControl}"));
    }

    [Theory]
    [InlineData("/mcp")]
    [InlineData("/mcp/")]
    public async Task Path_WithAndWithoutSlash_IsTheSame(string path)
    {
        var host = await StartAsync(
            new Dictionary<string, BackendOptions> { ["default"] = FaultServer.Shared(), ["other"] = FaultServer.Shared() },
            options => options.PathBase = "/base");

        foreach (var server in (string?[])[null, "other"])
        {
            using var client = new McpClient(host.Uri(path, server));
            await client.InitializeAsync();
            Assert.Equal("[1]", await client.CallAsync("echo", "[1]"));
        }
    }

    [Fact]
    public async Task Server_NameEncodedInThePath_IsFound()
    {
        var host = await StartAsync(new Dictionary<string, BackendOptions> { ["é b"] = FaultServer.Shared() });

        var client = await host.ConnectAsync("%C3%A9%20b");

        Assert.Equal("[1]", await client.CallAsync("echo", "[1]"));
    }

    private static (int Status, string? MediaType, int? Code, string Id) Told(Answer answer) =>
        ((int)answer.Status, answer.MediaType, answer.Response.ErrorCode(), answer.Response.Id());

    private async Task<McpClient> ConnectAsync() => await (await StartAsync(FaultServer.Shared())).ConnectAsync();
}
