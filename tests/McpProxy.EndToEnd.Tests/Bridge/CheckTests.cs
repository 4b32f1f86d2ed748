using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using McpProxy.EndToEnd.Tests.Harness;

namespace McpProxy.EndToEnd.Tests.Bridge;

/// <summary><c>mcp-proxy check</c>: what it finds, and which step it names when it does not.</summary>
public sealed class CheckTests(GatewaysFixture gateways) : IClassFixture<GatewaysFixture>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("sample", "/mcp", "everything-server")]
    [InlineData("sample", "/sse", "everything-server")]
    [InlineData("server-everything", "/mcp", "mcp-servers/everything")]
    public async Task Address_OfAServer_IsReported(string server, string path, string name)
    {
        var gateway = await gateways.For(server, Token);

        var (exitCode, report) = await JsonAsync(new Uri(gateway.Root, path).AbsoluteUri);

        Assert.Equal(0, exitCode);
        Assert.Equal(true, (bool?)report["ok"]);
        Assert.Equal(name, (string?)report["server"]?["name"]);
        Assert.NotEmpty((string?)report["server"]?["version"] ?? "");
        Assert.Contains(path[1..] == "sse" ? "sse" : "http", (string?)report["transport"], StringComparison.OrdinalIgnoreCase);
        Assert.Matches("^20[0-9]{2}-[0-9]{2}-[0-9]{2}$", (string?)report["protocolVersion"]);
        Assert.NotNull(report["auth"]);
        Assert.True((int?)report["tools"] > 5, report.ToJsonString());
        Assert.True((int?)report["prompts"] > 2, report.ToJsonString());
        Assert.True((double?)report["roundTripMs"] >= 0, report.ToJsonString());
    }

    // The sample has 73 resources on three pages.
    [Fact]
    public async Task Counts_OfAServerWithPages_AreThoseOfAllPages()
    {
        var gateway = await gateways.For("sample", Token);

        var (_, report) = await JsonAsync(gateway.Mcp.AbsoluteUri);

        Assert.Equal(73, (int?)report["resources"]);
    }

    [Fact]
    public async Task Text_OfAServer_NamesWhatAPersonAsksFor()
    {
        var gateway = await gateways.For("sample", Token);
        await using var check = McpProxyProcess.Run(["check", gateway.Mcp.AbsoluteUri]);

        Assert.Equal(0, await check.WaitForExitAsync(Token));
        var text = string.Join('\n', check.Output);
        Assert.All((string[])["everything-server", "1.0.0", "73", "tools", "prompts", "resources"], word => Assert.Contains(word, text, StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task Command_IsStartedReportedAndEnded()
    {
        await using var check = McpProxyProcess.Run(["check", "--json", "--", .. Backends.Sample]);

        Assert.Equal(0, await check.WaitForExitAsync(Token));
        var report = JsonNode.Parse(string.Join('\n', check.Output))!;
        Assert.Equal("everything-server", (string?)report["server"]?["name"]);
        Assert.Contains("stdio", (string?)report["transport"], StringComparison.OrdinalIgnoreCase);
        Assert.Equal(73, (int?)report["resources"]);
    }

    [Fact]
    public async Task Command_WithOptionsOfItsOwn_NeedsNoDashes()
    {
        await using var check = McpProxyProcess.Run(["check", .. Backends.ServerEverything]);

        Assert.Equal(0, await check.WaitForExitAsync(Token));
        Assert.Contains("mcp-servers/everything", string.Join('\n', check.Output), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("no-such-command-anywhere")]
    [InlineData("false")]
    [InlineData("cat", "--initialize-timeout", "1s")]
    public async Task Command_ThatIsNoServer_FailsAndSaysSo(string command, params string[] options)
    {
        var (exitCode, report) = await JsonAsync([.. options, command]);

        AssertFailed(exitCode, report);
    }

    [Theory]
    [InlineData(401, "text/plain", "", "401")]
    [InlineData(403, "text/plain", "", "403")]
    [InlineData(404, "text/html", "<html>Not here</html>", "404")]
    [InlineData(500, "text/plain", "", "500")]
    [InlineData(200, "text/html", "<html>Welcome</html>", "")]
    [InlineData(200, "application/json", """{"hello":"world"}""", "")]
    public async Task Address_OfSomethingElse_FailsAndSaysWhy(int status, string type, string body, string said)
    {
        await using var server = await RemoteServer.StartAsync(Token);
        server.Script = async (context, _) =>
        {
            context.Response.StatusCode = status;
            context.Response.ContentType = type;
            await context.Response.Body.WriteAsync(System.Text.Encoding.UTF8.GetBytes(body), context.RequestAborted);
            return true;
        };

        var (exitCode, report) = await JsonAsync("-H", "Authorization", "Bearer s3cret", server.Mcp.AbsoluteUri);

        AssertFailed(exitCode, report);
        Assert.Contains(said, report["error"]!.ToJsonString(), StringComparison.Ordinal);
        Assert.DoesNotContain("s3cret", report.ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Address_ThatNobodyListensAt_Fails()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        listener.Stop();

        var (exitCode, report) = await JsonAsync($"http://127.0.0.1:{port}/mcp");

        AssertFailed(exitCode, report);
    }

    [Fact]
    public async Task Address_ThatNeverAnswers_FailsWithinTheConnectTimeout()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();

        var (exitCode, report) = await JsonAsync("--connect-timeout", "500ms", $"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/mcp");

        AssertFailed(exitCode, report);
    }

    // A server without a feature has none of it; asking for it would be an error.
    [Fact]
    public async Task Server_WithoutCapabilities_IsFineAndIsNotAskedForLists()
    {
        await using var server = await RemoteServer.StartAsync(Token);
        server.Script = async (context, request) =>
        {
            var answer = request.Rpc switch
            {
                "initialize" => """ "result":{"protocolVersion":"2025-03-26","capabilities":{},"serverInfo":{"name":"bare","version":"0"}}""",
                "ping" => """ "result":{}""",
                _ => """ "error":{"code":-32601,"message":"no"}""",
            };
            var isRequest = request.Id != "null";
            await (isRequest ? RemoteServer.JsonAsync(context, $"{{\"jsonrpc\":\"2.0\",\"id\":{request.RawId()},{answer}}}") : Task.CompletedTask);
            return isRequest;
        };

        var (exitCode, report) = await JsonAsync(server.Mcp.AbsoluteUri);

        Assert.True(exitCode == 0, report.ToJsonString());
        Assert.Equal(("bare", "2025-03-26"), ((string?)report["server"]?["name"], (string?)report["protocolVersion"]));
        Assert.Equal(0, (int?)report["tools"] ?? 0);
        Assert.DoesNotContain(server.Requests, request => request.Rpc?.EndsWith("/list", StringComparison.Ordinal) is true);
    }

    [Fact]
    public async Task Session_IsDeletedInTheEnd()
    {
        await using var server = await RemoteServer.StartAsync(Token);

        await JsonAsync(server.Mcp.AbsoluteUri);

        Assert.Equal("DELETE", server.Requests.Last().Method);
    }

    private static void AssertFailed(int exitCode, JsonNode report)
    {
        Assert.NotEqual(0, exitCode);
        Assert.Equal(false, (bool?)report["ok"]);
        Assert.NotEmpty((string?)report["step"] ?? "");
        Assert.NotNull(report["error"]);
    }

    private static async Task<(int ExitCode, JsonNode Report)> JsonAsync(params string[] arguments)
    {
        await using var check = McpProxyProcess.Run(["check", "--json", .. arguments]);
        var exitCode = await check.WaitForExitAsync(Token);
        Assert.True(check.Output.Count > 0, check.Describe());
        return (exitCode, JsonNode.Parse(string.Join('\n', check.Output))!);
    }
}
