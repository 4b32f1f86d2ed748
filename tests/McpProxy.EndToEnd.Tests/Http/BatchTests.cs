using System.Net;
using McpProxy.EndToEnd.Tests.Harness;
using McpProxy.EndToEnd.Tests.Wire;

namespace McpProxy.EndToEnd.Tests.Http;

/// <summary>Arrays of messages, which revision 2025-03-26 has and later ones do not.</summary>
public sealed class BatchTests(GatewaysFixture gateways) : IClassFixture<GatewaysFixture>
{
    [Theory]
    [InlineData("application/json")]
    [InlineData(StreamableHttpWire.BothTypes)]
    public async Task Batch_RequestsAndNotifications_AreEachAnsweredOnce(string accept)
    {
        using var wire = await ConnectAsync();
        var call = Rpc.Call("a", "echo", new { value = "A" });
        var batch = $"[{call}, {Rpc.Notification("notifications/unheard/of")},\n{Rpc.Request("b", "ping")}]";

        using var response = await wire.SendAsync(HttpMethod.Post, batch, TestContext.Current.CancellationToken, accept);
        var messages = await StreamableHttpWire.ReadMessagesAsync(response, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(["a", "b"], messages.Select(message => (string)message["id"]!).Order(StringComparer.Ordinal));
        Assert.All(messages, message => Assert.NotNull(message["result"]));
    }

    [Fact]
    public async Task Batch_NotificationsOnly_Is202WithoutBody()
    {
        using var wire = await ConnectAsync();

        var answer = await wire.PostAsync(
            $"[{Rpc.Notification("notifications/one")},{Rpc.Notification("notifications/two")}]", TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.Accepted, answer.Status);
        Assert.Empty(answer.Body);
    }

    private async Task<StreamableHttpWire> ConnectAsync() => await StreamableHttpWire.ConnectAsync(
        (await gateways.For("sample", TestContext.Current.CancellationToken)).Mcp, TestContext.Current.CancellationToken, "2025-03-26");
}
