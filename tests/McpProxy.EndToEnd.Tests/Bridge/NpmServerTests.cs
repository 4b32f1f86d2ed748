using McpProxy.EndToEnd.Tests.CSharpSdk;
using McpProxy.EndToEnd.Tests.Harness;
using McpProxy.EndToEnd.Tests.Wire;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;

namespace McpProxy.EndToEnd.Tests.Bridge;

/// <summary>The official C# client as a host, over the bridge, to the reference server's own HTTP transports.</summary>
public sealed class NpmServerTests
{
    private static readonly ServerProfile Profile = ServerProfile.Of("server-everything");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("streamableHttp", "auto")]
    [InlineData("streamableHttp", "streamablehttp")]
    [InlineData("sse", "auto")]
    [InlineData("sse", "sse")]
    public async Task Host_UsesEveryFeature(string mode, string transport)
    {
        await using var server = await NpmServer.StartAsync(mode, Token);
        await using var peer = await SdkClient.ConnectAsync(Token, "--transport", transport, Address(server, mode));

        Assert.Equal(Profile.ServerName, peer.Client.ServerInfo?.Name);
        Assert.Contains(await peer.Client.ListToolsAsync(cancellationToken: Token), tool => tool.Name == "echo");
        Assert.True((await peer.Client.ListResourcesAsync(cancellationToken: Token)).Count >= Profile.MinimumResources);
        Assert.Equal("hello", Profile.EchoOf(await peer.CallAsync(Profile.Echo("hello"), Token)));

        var slow = Profile.Slow(200, 4);
        await peer.Client.CallToolAsync(slow.Tool, slow.Arguments, options: new RequestOptions { ProgressToken = new ProgressToken("p") }, cancellationToken: Token);
        Assert.Equal(4, (await peer.Inbox.UntilAsync(NotificationMethods.ProgressNotification, 4, Token)).Count);

        await peer.CallAsync(Profile.Sample, Token);
        await peer.CallAsync(Profile.Elicit, Token);
        Assert.Contains(RequestMethods.SamplingCreateMessage, peer.Asked);
        Assert.Contains(RequestMethods.ElicitationCreate, peer.Asked);
    }

    [Theory]
    [InlineData("streamableHttp")]
    [InlineData("sse")]
    public async Task Server_KilledAndStartedAgain_IsTakenUpByTheNextCall(string mode)
    {
        var first = await NpmServer.StartAsync(mode, Token);
        await using var bridge = await BridgeHost.ConnectAsync(Token, Address(first, mode));
        await bridge.RequestAsync(Rpc.Call(1, "echo", new { message = "one" }), 1, Token);

        await first.DisposeAsync();
        await using var second = await NpmServer.StartAsync(mode, Token, first.Port);
        var answer = await bridge.RequestAsync(Rpc.Call(2, "echo", new { message = "two" }), 2, Token);

        Assert.Contains("Echo: two", answer, StringComparison.Ordinal);
    }

    private static string Address(NpmServer server, string mode) => (mode == "sse" ? server.Sse : server.Mcp).AbsoluteUri;
}
