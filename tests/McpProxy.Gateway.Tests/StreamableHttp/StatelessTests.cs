using System.Net;
using McpProxy.Gateway.Tests.Harness;

namespace McpProxy.Gateway.Tests.StreamableHttp;

/// <summary><c>--stateless</c>: every POST stands alone.</summary>
public sealed class StatelessTests : GatewayTest
{
    [Fact]
    public async Task Initialize_Answer_HasNoSessionId()
    {
        var client = (await StartAsync()).Client();

        var answer = await client.PostAsync(Rpc.Initialize("2025-06-18"));

        Assert.Equal("2025-06-18", answer.Response.GetProperty("result").GetProperty("protocolVersion").GetString());
        Assert.DoesNotContain(McpClient.SessionHeader, answer.Headers.Keys);
    }

    [Theory]
    [InlineData("application/json")]
    [InlineData("application/json, text/event-stream")]
    public async Task Post_WithoutInitialize_IsAnswered(string accept)
    {
        var client = (await StartAsync()).Client();

        var answer = await client.PostAsync(Rpc.Call("notify", """{"count":2}""", "\"é\"", "1.0"), request => McpClient.Set(request, "Accept", accept));

        Assert.Equal(("\"é\"", "notified"), (answer.Response.Id(), answer.Response.Text()));
        Assert.Equal(accept.Contains("text", StringComparison.Ordinal) ? 3 : 1, answer.Messages.Count);
        Assert.DoesNotContain("id: ", answer.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Post_WithASessionIdOfBefore_IsAnswered()
    {
        var client = (await StartAsync()).Client();
        client.SessionId = "of-before";

        Assert.Equal("[1]", await client.CallAsync("echo", "[1]"));
        Assert.Equal(HttpStatusCode.Accepted, (await client.PostAsync(Rpc.Initialized)).Status);
    }

    [Theory]
    [InlineData("GET")]
    [InlineData("DELETE")]
    public async Task Method_OtherThanPost_Is405(string method)
    {
        var client = (await StartAsync()).Client();

        using var response = await client.SendAsync(new HttpMethod(method), adjust: request => McpClient.Set(request, "Accept", "text/event-stream"));

        Assert.Equal(HttpStatusCode.MethodNotAllowed, response.StatusCode);
        Assert.Equal("POST", response.Content.Headers.Allow.Single());
    }

    [Fact]
    public async Task Post_VersionThatNobodyKnows_Is400()
    {
        var client = (await StartAsync()).Client();
        client.Version = "2025-11-26";

        Assert.Equal(HttpStatusCode.BadRequest, (await client.PostAsync(Rpc.Request("ping"))).Status);
    }

    [Fact]
    public async Task Posts_WithTheSameId_AreDifferentRequests()
    {
        var client = (await StartAsync()).Client();

        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(i => client.RequestAsync(Rpc.Call("echo", $"[{i}]", "1"))));

        Assert.Equal(Enumerable.Range(0, 50).Select(i => $"[{i}]"), answers.Select(answer => answer.Text()));
    }

    [Fact]
    public async Task Batch_IsAnsweredAsAnArray()
    {
        var client = (await StartAsync()).Client();

        var answer = await client.PostAsync($"[{Rpc.Request("ping", id: "1")},{Rpc.Initialized},{Rpc.Call("echo", "[2]", "2")}]");

        Assert.Equal(["1", "2"], answer.Messages.Select(message => message.Id()));
    }

    [Fact]
    public async Task ServerRequest_Any_IsRefusedWithAReason()
    {
        var client = (await StartAsync()).Client();

        Assert.Contains("--stateless", await client.CallAsync("ask"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Posts_ThatAreDropped_LeaveNothing()
    {
        var host = await StartAsync();
        var client = host.Client();
        var sleeping = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => client.StreamAsync(Rpc.Call("sleep", """{"ms":400}"""))));

        foreach (var stream in sleeping)
        {
            stream.Dispose();
        }

        await Wait.UntilAsync(() => host.Backend.InFlight == 0, "the answers have come");
        await Wait.UntilAsync(() => host.Pool.Outstanding == 0, "nothing is left of them");
    }

    private Task<GatewayHost> StartAsync() => StartAsync(FaultServer.Shared(), options => options.Stateless = true);
}
