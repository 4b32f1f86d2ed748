using McpProxy.Gateway.Tests.Harness;

namespace McpProxy.Gateway.Tests.Backends;

/// <summary>What a shared backend asks goes to the one session that it can be meant for, or is refused.</summary>
public sealed class ServerRequestTests : GatewayTest
{
    [Fact]
    public async Task Request_OneSessionInFlight_GoesToThatOne()
    {
        var host = await StartAsync(FaultServer.Shared());
        var (client, other) = (await host.ConnectAsync(), await host.ConnectAsync());
        await other.ListenAsync();
        var asking = await client.StreamAsync(Rpc.Call("ask"));

        var request = await asking.ReadAsync("roots/list");
        await client.PostAsync(Rpc.Result(request.Id(), """{"roots":[]}"""));

        Assert.Equal("""{"result":{"roots":[]}}""", (await asking.ReadResponseAsync()).Text());
    }

    [Fact]
    public async Task Request_SessionListens_GoesToItsOwnStream()
    {
        var host = await StartAsync(FaultServer.Shared());
        var client = await host.ConnectAsync();
        var listening = await client.ListenAsync();
        var asking = await client.StreamAsync(Rpc.Call("ask"));

        var request = await listening.ReadAsync("roots/list");
        await client.PostAsync($$$"""{"jsonrpc":"2.0","id":{{{request.Id()}}},"error":{"code":-1,"message":"é"}}""");

        var messages = await asking.ReadToEndAsync();
        Assert.Equal("""{"error":{"code":-1,"message":"é"}}""", Assert.Single(messages).Text());
    }

    [Fact]
    public async Task Request_SeveralSessionsInFlight_IsRefusedWithAReason()
    {
        var host = await StartAsync(FaultServer.Shared());
        var (client, other) = (await host.ConnectAsync(), await host.ConnectAsync());
        var sleeping = await other.StreamAsync(Rpc.Call("sleep", """{"ms":600000}"""));

        var answer = await client.CallAsync("ask");

        Assert.Contains("-32601", answer, StringComparison.Ordinal);
        Assert.Contains("--sharing dedicated", answer, StringComparison.Ordinal);
        await other.DeleteAsync();
        Assert.DoesNotContain(await sleeping.ReadToEndAsync(), message => message.Method() is not null);
    }

    [Fact]
    public async Task Request_NoSessionInFlight_IsRefusedWithAReason()
    {
        var host = await StartAsync(ScriptedServer.Shared("""initialize; say '{"jsonrpc":"2.0","id":"x","method":"sampling/createMessage"}'; hear"""));

        await host.Log.UntilAsync("""heard {"jsonrpc":"2.0","id":"x","error":{"code":-32601,""");
        Assert.True(host.Log.Has("No client has a request in flight"));
    }

    [Fact]
    public async Task Answer_OfTheWrongSession_IsIgnored()
    {
        var host = await StartAsync(FaultServer.Shared());
        var (client, other) = (await host.ConnectAsync(), await host.ConnectAsync());
        var asking = await client.StreamAsync(Rpc.Call("ask"));
        var request = await asking.ReadAsync("roots/list");

        var wrong = await other.PostAsync(Rpc.Result(request.Id(), "\"wrong\""));
        await client.PostAsync(Rpc.Result(request.Id(), "\"right\""));

        Assert.Equal(System.Net.HttpStatusCode.Accepted, wrong.Status);
        Assert.Equal("""{"result":"right"}""", (await asking.ReadResponseAsync()).Text());
        Assert.DoesNotContain(await client.SeenAsync(), line => line.Contains("wrong", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Answer_SecondOne_IsIgnored()
    {
        var host = await StartAsync(FaultServer.Shared());
        var client = await host.ConnectAsync();
        var asking = await client.StreamAsync(Rpc.Call("ask"));
        var request = await asking.ReadAsync("roots/list");

        await client.PostAsync(Rpc.Result(request.Id(), "\"first\""));
        await asking.ReadResponseAsync();
        await client.PostAsync(Rpc.Result(request.Id(), "\"second\""));

        Assert.DoesNotContain(await client.SeenAsync(), line => line.Contains("second", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Delete_SessionThatWasAsked_AnswersForIt()
    {
        var host = await StartAsync(ScriptedServer.Shared(
            """initialize; hear; result '{}'; hear; say '{"jsonrpc":"2.0","id":"x","method":"roots/list"}'"""));
        var client = await host.ConnectAsync();
        await client.RequestAsync(Rpc.Request("ping"));
        var stream = await client.StreamAsync(Rpc.Call("any"));
        await stream.ReadAsync("roots/list");

        await client.DeleteAsync();

        await host.Log.UntilAsync("""heard {"jsonrpc":"2.0","id":"x","error":{"code":-32601,""");
    }

    [Fact]
    public async Task Cancelled_ByTheBackend_ReachesTheSessionThatWasAsked()
    {
        var host = await StartAsync(ScriptedServer.Shared(
            """
            initialize; hear
            say '{"jsonrpc":"2.0","id":"x","method":"roots/list"}'
            say '{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":"x"}}'
            """));
        var (client, other) = (await host.ConnectAsync(), await host.ConnectAsync());
        var otherStream = await other.ListenAsync();

        var stream = await client.StreamAsync(Rpc.Call("any"));

        Assert.Equal("x", (await stream.ReadAsync("notifications/cancelled")).Params().GetProperty("requestId").GetString());
        await client.DeleteAsync();
        await other.DeleteAsync();
        Assert.Empty(await otherStream.ReadToEndAsync());
    }
}
