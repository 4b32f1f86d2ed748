using System.Net;
using McpProxy.EndToEnd.Tests.Harness;
using McpProxy.EndToEnd.Tests.Wire;

namespace McpProxy.EndToEnd.Tests.Http;

/// <summary><c>--stateless</c>: every POST stands alone.</summary>
public sealed class StatelessTests(GatewaysFixture gateways) : IClassFixture<GatewaysFixture>
{
    [Fact]
    public async Task Initialize_Stateless_GivesNoSession()
    {
        using var wire = await WireAsync();

        var answer = await wire.InitializeAsync(TestContext.Current.CancellationToken);

        Assert.Equal("everything-server", (string?)answer["result"]!["serverInfo"]!["name"]);
        Assert.Null(wire.SessionId);
    }

    [Fact]
    public async Task Call_WithoutAnyHandshake_IsServed()
    {
        using var wire = await WireAsync();

        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(async i =>
        {
            var sent = $"value {i}";
            return (Sent: sent, Answer: await wire.CallAsync(1, "echo", new { value = sent }, TestContext.Current.CancellationToken));
        }));

        // All fifty had the same id at the same time: they share nothing.
        Assert.All(answers, pair => Assert.Equal(pair.Sent, (string?)pair.Answer["result"]!["structuredContent"]!["value"]));
    }

    [Theory]
    [InlineData("GET")]
    [InlineData("DELETE")]
    public async Task GetAndDelete_Stateless_Are405(string method)
    {
        using var wire = await WireAsync();

        using var response = await wire.SendAsync(
            new HttpMethod(method), body: null, TestContext.Current.CancellationToken, "text/event-stream");

        Assert.Equal(HttpStatusCode.MethodNotAllowed, response.StatusCode);
    }

    private async Task<StreamableHttpWire> WireAsync() =>
        new((await gateways.For("sample", TestContext.Current.CancellationToken, "--stateless")).Mcp);
}
