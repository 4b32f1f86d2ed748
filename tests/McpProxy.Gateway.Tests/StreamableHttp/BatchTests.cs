using System.Net;
using McpProxy.Gateway.Configuration;
using McpProxy.Gateway.Tests.Harness;

namespace McpProxy.Gateway.Tests.StreamableHttp;

/// <summary>Batches (MCP 2025-03-26, transports, sending messages; JSON-RPC 2.0, section 6).</summary>
public sealed class BatchTests : GatewayTest
{
    [Theory]
    [InlineData(nameof(SharingMode.Shared))]
    [InlineData(nameof(SharingMode.Dedicated))]
    public async Task Batch_AnsweredAsAStream_EndsWithItsLastAnswer(string sharing)
    {
        var host = await StartAsync(FaultServer.Create(Enum.Parse<SharingMode>(sharing)));
        var client = await host.ConnectAsync(version: "2025-03-26");

        var answer = await client.PostAsync(Batch(Rpc.Call("sleep", """{"ms":20}""", "1"), Rpc.Initialized, Rpc.Call("notify", """{"count":2}""", "\"1\"", "7")));

        Assert.Equal("text/event-stream", answer.MediaType);
        Assert.Equal(["\"1\"", "1"], answer.Messages.Where(message => message.IsResponse()).Select(message => message.Id()).Order(StringComparer.Ordinal));
        Assert.Equal(2, answer.Messages.Count(message => message.Method() == "notifications/progress"));
    }

    [Fact]
    public async Task Batch_AnsweredAsJson_IsAnArrayOfAllAnswers()
    {
        var host = await StartAsync(FaultServer.Shared());
        var client = await host.ConnectAsync(version: "2025-03-26");

        var answer = await client.PostAsync(
            Batch(Rpc.Call("sleep", """{"ms":20}""", "1"), Rpc.Initialized, Rpc.Request("no/such", id: "2"), Rpc.Call("echo", "[3]", "3")), McpClient.AcceptJson);

        Assert.Equal("application/json", answer.MediaType);
        Assert.Equal([("1", null), ("2", -32601), ("3", (int?)null)], answer.Messages.Select(message => (message.Id(), message.ErrorCode())));
    }

    [Fact]
    public async Task Batch_ReachesTheBackendMessageByMessage()
    {
        var host = await StartAsync(FaultServer.Dedicated());
        var client = await host.ConnectAsync();

        await client.PostAsync("[ " + Rpc.Request("ping", id: "5") + " ,\r\n{ \"jsonrpc\":\"2.0\",\n\"method\":\"notifications/own\"}\n]");

        var seen = await client.SeenAsync();
        Assert.Contains(Rpc.Request("ping", id: "5"), seen);
        Assert.Contains("""{ "jsonrpc":"2.0", "method":"notifications/own"}""", seen);
    }

    [Fact]
    public async Task Batch_WithOneInvalidMessage_IsRefusedAsAWhole()
    {
        var host = await StartAsync(FaultServer.Shared());
        var client = await host.ConnectAsync();

        var answer = await client.PostAsync("""[{"jsonrpc":"2.0","method":"notifications/own"},{"jsonrpc":"2.0","id":"é"}]""");

        Assert.Equal((HttpStatusCode.BadRequest, -32600, "\"é\""), (answer.Status, answer.Response.ErrorCode(), answer.Response.Id()));
        Assert.DoesNotContain(await client.SeenAsync(), line => line.Contains("notifications/own", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Batch_WithTheSameIdTwice_IsRefusedAndLeavesNothingInFlight()
    {
        var host = await StartAsync(FaultServer.Shared());
        var client = await host.ConnectAsync();

        var answer = await client.PostAsync(Batch(Rpc.Call("echo", "[1]", "1"), Rpc.Call("echo", "[2]", "1")));

        Assert.Equal((HttpStatusCode.BadRequest, -32600, "1"), (answer.Status, answer.Response.ErrorCode(), answer.Response.Id()));
        Assert.Equal("[3]", await client.CallAsync("echo", "[3]", "1"));
    }

    [Fact]
    public async Task Batch_WithInitialize_IsRefused()
    {
        var host = await StartAsync(FaultServer.Shared());

        var answer = await host.Client().PostAsync(Batch(Rpc.Initialize()));

        Assert.Equal((HttpStatusCode.BadRequest, -32600), (answer.Status, answer.Response.ErrorCode()));
    }

    [Fact]
    public async Task Batch_WithoutASession_IsRefused()
    {
        var host = await StartAsync(FaultServer.Shared());

        Assert.Equal(HttpStatusCode.BadRequest, (await host.Client().PostAsync(Batch(Rpc.Request("ping")))).Status);
    }

    [Theory]
    [InlineData(nameof(SharingMode.Shared))]
    [InlineData(nameof(SharingMode.Dedicated))]
    public async Task Batch_OfTheBackend_IsSplit(string sharing)
    {
        var host = await StartAsync(FaultServer.Create(Enum.Parse<SharingMode>(sharing), "--batch", "--pretty-crlf"));
        var client = await host.ConnectAsync();

        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(id => client.RequestAsync(Rpc.Call("echo", $"[{id}]", $"{id}"))));

        Assert.Equal(Enumerable.Range(0, 20).Select(id => ($"{id}", $"[{id}]")), answers.Select(answer => (answer.Id(), answer.Text())));
    }

    private static string Batch(params string[] messages) => $"[{string.Join(',', messages)}]";
}
