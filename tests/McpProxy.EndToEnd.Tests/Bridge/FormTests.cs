using System.Text.Json.Nodes;
using McpProxy.EndToEnd.Tests.Harness;
using McpProxy.EndToEnd.Tests.Wire;

namespace McpProxy.EndToEnd.Tests.Bridge;

/// <summary>The client-mode command lines that users of the tool that we replace have in their files.</summary>
public sealed class FormTests(GatewaysFixture gateways) : IClassFixture<GatewaysFixture>
{
    private const string Root = "{root}";

    /// <summary>Client-mode lines; <c>{root}</c> stands for the address of a gateway, and <c>~</c> for a space in a word.</summary>
    public static TheoryData<string> Lines { get; } =
    [
        "{root}/sse",
        "{root}/mcp",
        "{root}/mcp/",
        "--transport streamablehttp {root}/mcp",
        "--transport=sse {root}/sse",
        "{root}/sse --transport auto",
        "--trans sse {root}/sse",
        "--headers Authorization Bearer~YOUR_TOKEN {root}/sse",
        "{root}/sse -H A 1 -H B 2",
        "--no-verify-ssl {root}/sse",
        "--verify-ssl {root}/sse",
        "--verify-ssl yes {root}/sse",
        "--verify-ssl=0 {root}/sse",
        "--debug {root}/mcp",
        "--log-level TRACE {root}/mcp",
        "--no-debug --log-level ERROR -- {root}/mcp",
        // What belongs to the gateway is ignored, as it always was.
        "--port 8080 --host 127.0.0.1 --pass-environment --stateless {root}/sse",
        "--named-server fetch uvx~mcp-server-fetch {root}/sse",
        "--allow-origin=* -e KEY VALUE {root}/mcp",
    ];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Lines))]
    public async Task KnownCommandLine_StartsTheBridgeAndWorks(string line)
    {
        var gateway = await gateways.For("sample", Token);
        await using var bridge = await BridgeHost.ConnectAsync(
            Token, [.. line.Split(' ').Select(word => word.Replace('~', ' ').Replace(Root, gateway.Root.GetLeftPart(UriPartial.Authority), StringComparison.Ordinal))]);

        var answer = JsonNode.Parse(await bridge.RequestAsync(Rpc.Call(1, "echo", new { value = "form" }), 1, Token));

        Assert.Equal("form", (string?)answer!["result"]?["structuredContent"]?["value"]);
        Assert.Equal(0, await bridge.CloseAsync(Token));
        // stdout carries protocol only, however much is logged.
        Assert.All(bridge.Lines, text => Assert.Equal("2.0", (string?)JsonNode.Parse(text)!["jsonrpc"]));
        Assert.Equal(2, bridge.Lines.Count);
    }

    [Theory]
    [InlineData("sse", "/sse", "-H X-Key 1 -H X-Key 2", "X-Key", "2")]
    [InlineData("streamablehttp", "/mcp", "-H X-Key 1 --headers X-Key 2", "X-Key", "2")]
    [InlineData("sse", "/sse", "--headers Authorization Mine", "Authorization", "Mine")]
    [InlineData("streamablehttp", "/mcp", "-H User-Agent mine/1", "User-Agent", "mine/1")]
    public async Task Headers_AreSentWithEveryRequest(string transport, string path, string options, string name, string value)
    {
        await using var server = await RemoteServer.StartAsync(Token);
        _ = transport == "sse" ? new SsePeer(server, "/messages?s=1") : null;
        await using var bridge = await BridgeHost.ConnectAsync(
            Token, ["--transport", transport, .. options.Split(' '), new Uri(server.Root, path).AbsoluteUri]);
        await bridge.RequestAsync(Rpc.Request(1, "ping"), 1, Token);
        await Wait.UntilAsync(() => server.Requests.Any(request => request.Method == "GET"), bridge.Describe, Token);
        await bridge.CloseAsync(Token);

        Assert.All(server.Requests, request => Assert.Equal(value, request.Header(name)));
        Assert.Contains(server.Requests, request => request.Method == (transport == "sse" ? "GET" : "DELETE"));
    }

    // REFERENCE: OAuth2 client credentials if all three are set.
    [Theory]
    [InlineData("sse", "/sse")]
    [InlineData("streamablehttp", "/mcp")]
    [InlineData("auto", "/mcp")]
    public async Task ClientCredentials_AreTradedForATokenThatIsSent(string transport, string path)
    {
        await using var server = await RemoteServer.StartAsync(Token);
        var peer = transport == "sse" ? new SsePeer(server, "/messages?s=1") : null;
        var inner = server.Script;
        server.Script = async (context, request) =>
        {
            if (request.Path == "/token")
            {
                await RemoteServer.JsonAsync(context, """{"access_token":"granted","token_type":"Bearer","expires_in":3600}""");
                return true;
            }

            if (request.Path.StartsWith("/.well-known", StringComparison.Ordinal))
            {
                context.Response.StatusCode = 404;
                return true;
            }

            if (request.Header("Authorization") != "Bearer granted")
            {
                context.Response.StatusCode = 401;
                context.Response.Headers.WWWAuthenticate = "Bearer";
                return true;
            }

            return inner is not null && await inner(context, request);
        };
        await using var bridge = BridgeHost.Start(
        [
            "--transport", transport, "--client-id", "my id", "--client-secret", "my s&cret", "--token-url", new Uri(server.Root, "/token").AbsoluteUri,
            new Uri(server.Root, path).AbsoluteUri,
        ]);

        var answer = JsonNode.Parse(await bridge.RequestAsync(Rpc.Initialize(1), 1, Token));

        Assert.True(answer!["result"] is not null, bridge.Describe());
        var grant = Assert.Single(server.Requests, request => request.Path == "/token");
        Assert.Contains("grant_type=client_credentials", grant.Body, StringComparison.Ordinal);
        Assert.Equal(transport == "sse" ? 1 : 0, peer?.Streams ?? 0);
        Assert.DoesNotContain("my s&cret", string.Join('\n', bridge.Errors), StringComparison.Ordinal);
        Assert.DoesNotContain("granted", string.Join('\n', bridge.Errors), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--transport", "carrier-pigeon")]
    [InlineData("--headers", "Lonely")]
    [InlineData("--header-file", "/no/such/file")]
    [InlineData("--verify-ssl", "/no/such/bundle.pem")]
    // There: no authentication, in silence.
    [InlineData("--client-id", "lonely")]
    public async Task Mistake_OnTheCommandLine_IsExplainedAndNothingOnStdout(string option, string value)
    {
        // The address stands first: a header that lacks its value must not take it.
        await using var bridge = McpProxyProcess.Run(["http://127.0.0.1:9/mcp", option, value]);

        Assert.NotEqual(0, await bridge.WaitForExitAsync(Token));
        Assert.Contains(bridge.Errors, line => line.Contains(option, StringComparison.Ordinal) || line.Contains(value, StringComparison.Ordinal));
        Assert.Empty(bridge.Output);
    }
}
