using System.Net;
using System.Text.Json;
using McpProxy.Gateway.Configuration;
using McpProxy.Gateway.Tests.Harness;

namespace McpProxy.Gateway.Tests.StreamableHttp;

/// <summary>
/// Revision 2026-07-28 (transports/streamable-http; versioning): relayed where the backend speaks it, else refused so that clients fall back.
/// </summary>
public sealed class ModernEraTests : GatewayTest
{
    private const string Revision = "2026-07-28";

    [Theory]
    [InlineData(nameof(SharingMode.Auto))]
    [InlineData(nameof(SharingMode.Dedicated))]
    public async Task Post_BackendSpeaksIt_IsRelayedWithoutSession(string sharing)
    {
        var host = await StartAsync(FaultServer.Create(Enum.Parse<SharingMode>(sharing), "--modern"));

        var answer = await PostAsync(host.Client(), "tools/call", """{"name":"echo","arguments":[1]}""", id: "\"é\"", name: "echo");

        Assert.Equal((HttpStatusCode.OK, "\"é\"", "[1]"), (answer.Status, answer.Response.Id(), answer.Response.Text()));
        Assert.Equal("complete", answer.Response.GetProperty("result").GetProperty("resultType").GetString());
        Assert.DoesNotContain(McpClient.SessionHeader, answer.Headers.Keys);
        Assert.DoesNotContain("id: ", answer.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Post_Progress_ComesOnTheStreamOfItsRequest()
    {
        var client = (await StartAsync(FaultServer.Auto("--modern"))).Client();

        var answers = await Task.WhenAll(Enumerable.Range(1, 10).Select(steps => PostAsync(
            client, "tools/call", $$"""{"name":"notify","arguments":{"count":{{steps}} } }""", token: "\"t\"", name: "notify")));

        foreach (var (steps, answer) in answers.Index())
        {
            Assert.Equal(steps + 2, answer.Messages.Count);
            Assert.All(answer.Messages.SkipLast(1), message => Assert.Equal(
                ("t", steps + 1), (message.Params().GetProperty("progressToken").GetString(), message.Params().GetProperty("total").GetInt32())));
        }
    }

    [Theory]
    [InlineData("application/json, text/event-stream")]
    [InlineData("application/json")]
    public async Task Post_MethodNotFound_Is404(string accept)
    {
        var client = (await StartAsync(FaultServer.Auto("--modern"))).Client();

        // "If the server does not implement the requested RPC method, it MUST respond with 404 Not Found".
        var answer = await PostAsync(client, "no/such", adjust: request => McpClient.Set(request, "Accept", accept));

        Assert.Equal((HttpStatusCode.NotFound, "application/json", -32601), (answer.Status, answer.MediaType, answer.Response.ErrorCode()));
    }

    [Theory]
    [InlineData("application/json, text/event-stream")]
    [InlineData("application/json")]
    public async Task Post_RevisionThatTheBackendRefuses_Is400(string accept)
    {
        var client = (await StartAsync(FaultServer.Auto("--modern"))).Client();

        // "If the server does not implement the requested protocol version […] it MUST respond with 400 Bad Request".
        var answer = await PostAsync(client, "tools/list", revision: "2027-01-01", adjust: request => McpClient.Set(request, "Accept", accept));

        Assert.Equal((HttpStatusCode.BadRequest, -32022), (answer.Status, answer.Response.ErrorCode()));
        Assert.Equal(Revision, answer.Response.GetProperty("error").GetProperty("data").GetProperty("supported")[0].GetString());
    }

    [Fact]
    public async Task Post_OtherError_Is200()
    {
        var client = (await StartAsync(FaultServer.Auto("--modern"))).Client();

        var answer = await PostAsync(client, "tools/call", """{"name":"no such"}""", name: "no such");

        Assert.Equal((HttpStatusCode.OK, -32602), (answer.Status, answer.Response.ErrorCode()));
    }

    [Theory]
    [InlineData("Mcp-Method", "tools/list")]
    [InlineData("Mcp-Method", "TOOLS/CALL")]
    [InlineData("Mcp-Method", null)]
    [InlineData("Mcp-Name", "other")]
    [InlineData("Mcp-Name", null)]
    [InlineData("Mcp-Name", "=?base64?!?=")]
    [InlineData("MCP-Protocol-Version", "2026-07-29")]
    [InlineData("MCP-Protocol-Version", null)]
    public async Task Post_HeaderThatContradictsTheBody_Is400(string header, string? value)
    {
        var client = (await StartAsync(FaultServer.Auto("--modern"))).Client();

        var answer = await PostAsync(client, "tools/call", """{"name":"echo"}""", name: "echo", adjust: request => McpClient.Set(request, header, value));

        Assert.Equal((HttpStatusCode.BadRequest, "1", -32020), (answer.Status, answer.Response.Id(), answer.Response.ErrorCode()));
    }

    [Theory]
    [InlineData("é", "=?base64?w6k=?=")]
    [InlineData("echo", "=?base64?ZWNobw==?=")]
    [InlineData("=?base64?x?=", "=?base64?PT9iYXNlNjQ/eD89?=")]
    [InlineData("a b", "a b")]
    [InlineData("\\u0061", "a")]
    public async Task Post_NameEncodedInItsHeader_IsUnderstood(string name, string header)
    {
        var client = (await StartAsync(FaultServer.Auto("--modern"))).Client();

        var answer = await PostAsync(client, "tools/call", $$"""{"name":"{{name}}"}""", name: header);

        Assert.Equal(HttpStatusCode.OK, answer.Status);
    }

    [Fact]
    public async Task Post_BackendDoesNotSpeakIt_Is400WithoutAModernError()
    {
        var host = await StartAsync(FaultServer.Auto());

        var answer = await PostAsync(host.Client(), "tools/list", id: "\"é\"");

        // "If the body is empty or is not a recognized modern JSON-RPC error, fall back to initialize".
        Assert.Equal((HttpStatusCode.BadRequest, "\"é\""), (answer.Status, answer.Response.Id()));
        Assert.DoesNotContain(answer.Response.ErrorCode(), new int?[] { -32020, -32021, -32022, -32601 });
        Assert.Equal("[1]", await (await host.ConnectAsync()).CallAsync("echo", "[1]"));
    }

    [Theory]
    [InlineData("--discover-crash")]
    [InlineData("--modern")]
    public async Task Probe_Backend_NeverGoesToAConnectionThatWasInitialized(string flag)
    {
        var host = await StartAsync(FaultServer.Auto(flag));
        var client = await host.ConnectAsync();
        var process = await client.ProcessIdAsync();

        await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => PostAsync(host.Client(), "tools/list")));

        Assert.Equal(process, await client.ProcessIdAsync());
        Assert.DoesNotContain(await client.SeenAsync(), line => line.Contains("server/discover", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Probe_ServerThatCrashesOnIt_IsAskedOnceAndHarmsNobody()
    {
        var host = await StartAsync(FaultServer.Auto("--discover-crash"));
        var client = await host.ConnectAsync();

        for (var i = 0; i < 3; i++)
        {
            Assert.Equal(HttpStatusCode.BadRequest, (await PostAsync(host.Client(), "tools/list")).Status);
        }

        Assert.Equal("[1]", await client.CallAsync("echo", "[1]"));
        await host.UntilProcessesAsync(1);
    }

    [Fact]
    public async Task Probe_ServerThatSaysNothing_IsGivenUpAfterAWhileAndAskedAgainLater()
    {
        var clock = new ManualClock();
        var host = await StartAsync(ScriptedServer.Auto(Discover.Replace("*server/discover*) result", "*server/discover*) true", StringComparison.Ordinal)), clock: clock);
        await host.Log.UntilAsync("notifications/initialized");

        var first = PostAsync(host.Client(), "tools/list");
        await clock.PassUntilAsync(first, "it is answered");
        var second = await PostAsync(host.Client(), "tools/list");
        clock.Advance(TimeSpan.FromMinutes(2));
        var third = PostAsync(host.Client(), "tools/list");
        await clock.PassUntilAsync(third, "it is answered");

        Assert.All([await first, second, await third], answer => Assert.Equal(HttpStatusCode.BadRequest, answer.Status));
        Assert.Equal(2, host.Log.Count("server/discover"));
    }

    [Fact]
    public async Task Stream_Closed_CancelsTheRequest()
    {
        var host = await StartAsync(ScriptedServer.Auto($"{Discover}; hear"));

        // Its headers come only with the first event, so that closing means leaving before them.
        await host.Client().PostUntilAsync(Request("prompts/list"), host.Log.UntilAsync("prompts/list"), Headers("prompts/list"));

        // "Closing the SSE response stream MUST be treated by the server as cancellation of that request."
        await host.Log.UntilAsync("notifications/cancelled");
    }

    [Fact]
    public async Task Listen_Notifications_CarryTheIdOfTheirRequest()
    {
        var host = await StartAsync(ScriptedServer.Auto(
            $$"""
            {{Discover}}
            meta='"_meta":{"io.modelcontextprotocol/subscriptionId":'
            notify() { say "{\"jsonrpc\":\"2.0\",\"method\":\"$1\",\"params\":{$meta$2} } }"; }
            hear; first=$id
            hear; second=$id
            notify notifications/subscriptions/acknowledged $second
            notify notifications/subscriptions/acknowledged $first
            notify notifications/tools/list_changed $first
            notify notifications/prompts/list_changed $second
            answer $first "{$meta$first} }"
            """));
        var client = host.Client();

        var opening = client.StreamAsync(Request("subscriptions/listen", id: "\"é\""), Headers("subscriptions/listen"));
        await host.Log.UntilAsync("subscriptions/listen");
        var second = await client.StreamAsync(Request("subscriptions/listen", id: "1"), Headers("subscriptions/listen"));
        var messages = await (await opening).ReadToEndAsync();

        Assert.Equal(["notifications/subscriptions/acknowledged", "notifications/tools/list_changed", null], messages.Select(message => message.Method()));
        Assert.Equal(["\"é\"", "\"é\"", "\"é\""], messages.Select(SubscriptionId));
        var others = await second.ReadToAsync(message => message.Method() == "notifications/prompts/list_changed");
        Assert.Equal(["1", "1"], others.Select(SubscriptionId));
    }

    [Theory]
    [InlineData("GET")]
    [InlineData("DELETE")]
    public async Task Method_OtherThanPost_Is405(string method)
    {
        var client = (await StartAsync(FaultServer.Auto("--modern"))).Client();
        client.Version = Revision;

        using var response = await client.SendAsync(new HttpMethod(method));

        Assert.Equal(HttpStatusCode.MethodNotAllowed, response.StatusCode);
        Assert.Equal("POST", response.Content.Headers.Allow.Single());
    }

    [Fact]
    public async Task Batch_InThisEra_IsRefused()
    {
        var client = (await StartAsync(FaultServer.Auto("--modern"))).Client();

        var answer = await client.PostAsync($"[{Request("tools/list")}]", Headers("tools/list"));

        Assert.Equal((HttpStatusCode.BadRequest, -32600), (answer.Status, answer.Response.ErrorCode()));
    }

    [Fact]
    public async Task Eras_OnOneServer_LiveSideBySide()
    {
        var host = await StartAsync(FaultServer.Auto("--modern"));
        var legacy = await host.ConnectAsync();
        var modern = await PostAsync(host.Client(), "tools/call", """{"name":"pid"}""", name: "pid");

        GatewayHost.Kill(int.Parse(modern.Response.Text()));

        Assert.Equal("[1]", await legacy.CallAsync("echo", "[1]"));
        await Wait.UntilAsync(
            async () => (await PostAsync(host.Client(), "tools/call", """{"name":"echo","arguments":[2]}""", name: "echo")).Response.ErrorCode() is null,
            () => "the modern connection was started again");
    }

    /// <summary>Answers the gateway's own handshake and its probe, each on a process of its own, and goes on only on the latter.</summary>
    private static string Discover =>
        """
        hear
        case "$line" in
          *server/discover*) result '{"supportedVersions":["2026-07-28"],"capabilities":{}}' ;;
          *) result '{"protocolVersion":"2025-11-25","capabilities":{},"serverInfo":{"name":"scripted","version":"1"}}'; while :; do hear; done ;;
        esac
        """;

    private static string SubscriptionId(JsonElement message)
    {
        var holder = message.TryGetProperty("result", out var result) ? result : message.Params();
        return holder.GetProperty("_meta").GetProperty("io.modelcontextprotocol/subscriptionId").GetRawText();
    }

    private static string Request(string method, string parameters = "{}", string id = "1", string? token = null, string revision = Revision)
    {
        var meta = $$"""
            {"_meta":{"io.modelcontextprotocol/protocolVersion":"{{revision}}","io.modelcontextprotocol/clientCapabilities":{}
            """ + (token is null ? "}" : $$""","progressToken":{{token}}}""");
        return Rpc.Request(method, parameters == "{}" ? meta + "}" : $"{meta},{parameters[1..]}", id);
    }

    private static Action<HttpRequestMessage> Headers(string method, string? name = null, string revision = Revision) => request =>
    {
        McpClient.Set(request, "MCP-Protocol-Version", revision);
        McpClient.Set(request, "Mcp-Method", method);
        McpClient.Set(request, "Mcp-Name", name);
    };

    private static Task<Answer> PostAsync(
        McpClient client, string method, string parameters = "{}", string id = "1", string? token = null, string? name = null, string revision = Revision,
        Action<HttpRequestMessage>? adjust = null) =>
        client.PostAsync(Request(method, parameters, id, token, revision), request =>
        {
            Headers(method, name, revision)(request);
            adjust?.Invoke(request);
        });
}
