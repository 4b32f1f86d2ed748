using System.Text.Json.Nodes;
using McpProxy.EndToEnd.Tests.Harness;
using McpProxy.EndToEnd.Tests.Wire;
using McpProxy.OAuthServer;

namespace McpProxy.EndToEnd.Tests.Bridge;

/// <summary>OAuth with the built program: real processes, one login.</summary>
public sealed class LoginTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("bridge-login-");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Delete(recursive: true);

    // mcp-remote#306: hosts start two to five instances, and each opened a browser.
    [Fact]
    public async Task FiveBridges_StartedAtOnce_AskForOneLogin()
    {
        await using var server = await ProtectedServer.StartAsync(Token);
        var bridges = Enumerable.Range(0, 5).Select(_ => Start(server)).ToList();
        try
        {
            var answers = bridges.Select((bridge, number) => bridge.RequestAsync(Rpc.Initialize(number), number, Token)).ToList();
            var address = await Wait.UntilAsync(
                () => ValueTask.FromResult(bridges.Select(LoginAddress).FirstOrDefault(found => found is not null)),
                found => found is not null,
                () => string.Join('\n', bridges.Select(bridge => bridge.Describe())),
                Token);
            using var browser = new HttpClient(new SocketsHttpHandler());
            var page = await browser.GetStringAsync(address, Token);

            Assert.All(await Task.WhenAll(answers), answer => Assert.Equal("protected", (string?)JsonNode.Parse(answer)!["result"]!["serverInfo"]!["name"]));
            Assert.Contains("logged in", page, StringComparison.Ordinal);
            Assert.Equal((1, 1), (server.Logins, server.Registrations));
            Assert.Single(bridges, bridge => LoginAddress(bridge) is not null);
            Assert.All(bridges, bridge => Assert.Single(bridge.Lines));
            Assert.All(bridges, bridge => Assert.DoesNotContain(server.Issued, issued => bridge.Describe().Contains(issued, StringComparison.Ordinal)));
        }
        finally
        {
            foreach (var bridge in bridges)
            {
                await bridge.DisposeAsync();
            }
        }
    }

    [Fact]
    public async Task Token_RevokedInTheMiddleOfASession_IsRenewedWithoutTheHostNoticing()
    {
        await using var server = await ProtectedServer.StartAsync(Token);
        await using var bridge = Start(server);
        var initialized = bridge.RequestAsync(Rpc.Initialize(1), 1, Token);
        await Wait.UntilAsync(() => LoginAddress(bridge) is not null, bridge.Describe, Token);
        using var browser = new HttpClient(new SocketsHttpHandler());
        await browser.GetStringAsync(LoginAddress(bridge), Token);
        await initialized;

        server.RevokeAccess();
        var answer = JsonNode.Parse(await bridge.RequestAsync(Rpc.Request(2, "ping"), 2, Token));

        Assert.NotNull(answer!["result"]);
        Assert.Equal((1, 1), (server.Logins, server.Refreshes));
    }

    [Fact]
    public async Task Check_WithClientCredentials_SaysSo()
    {
        await using var server = await ProtectedServer.StartAsync(Token);
        await using var check = McpProxyProcess.Run(
            ["check", "--json", "--client-id", "id", "--client-secret", "s3cret", "--token-url", server.Token.AbsoluteUri, server.Mcp.AbsoluteUri]);

        Assert.Equal(0, await check.WaitForExitAsync(Token));
        var report = JsonNode.Parse(string.Join('\n', check.Output))!;
        Assert.True((bool)report["ok"]!);
        Assert.Equal("client credentials", (string?)report["auth"]);
        Assert.Equal((1, 0), (server.Grants, server.Logins));
    }

    [Fact]
    public async Task Login_ThatTheServerCannotDo_IsAnErrorThatSaysWhatToDo()
    {
        await using var server = await ProtectedServer.StartAsync(Token);
        server.Faults = OAuthFaults.NoRegistration;
        await using var bridge = Start(server);

        var answer = JsonNode.Parse(await bridge.RequestAsync(Rpc.Initialize(1), 1, Token));

        Assert.Contains("-H Authorization", (string?)answer!["error"]!["message"], StringComparison.Ordinal);
    }

    private static Uri? LoginAddress(StdioWire bridge) =>
        bridge.Errors.FirstOrDefault(line => line.Contains("Log in to", StringComparison.Ordinal)) is { } line ? new Uri(line[line.IndexOf("http", StringComparison.Ordinal)..]) : null;

    private StdioWire Start(ProtectedServer server) => BridgeHost.Start(["--no-browser", "--token-folder", _folder.FullName, server.Mcp.AbsoluteUri]);
}
