using McpProxy.Gateway.Tests.Harness;

namespace McpProxy.Gateway.Tests.Backends;

/// <summary>The sessions of a shared backend subscribe to resources as if each were alone.</summary>
public sealed class SubscriptionTests : GatewayTest
{
    [Fact]
    public async Task Subscribe_SeveralSessions_ReachesTheBackendOnceForEachUri()
    {
        var host = await StartAsync(FaultServer.Shared());
        var (client, other) = (await host.ConnectAsync(), await host.ConnectAsync());

        await SubscribeAsync(client, "a:1");
        await SubscribeAsync(other, "a:1");
        await SubscribeAsync(other, "a:2");

        Assert.Equal(
            """[{"uri":"a:1","subscribed":1,"unsubscribed":0},{"uri":"a:2","subscribed":1,"unsubscribed":0}]""", await client.CallAsync("subscriptions"));
    }

    [Fact]
    public async Task Updated_Resource_IsToldOnlyToItsSubscribers()
    {
        var host = await StartAsync(FaultServer.Shared());
        var clients = await Task.WhenAll(host.ConnectAsync(), host.ConnectAsync(), host.ConnectAsync());
        var streams = await Task.WhenAll(clients.Select(client => client.ListenAsync()));
        await SubscribeAsync(clients[0], "a:1");
        await SubscribeAsync(clients[1], "a:1");
        await SubscribeAsync(clients[1], "a:2/");

        foreach (var uri in (string[])["a:1", "a:2/below", "a:12", "a:3"])
        {
            await clients[2].CallAsync("updated", $$"""{"uri":"{{uri}}"}""");
        }

        await clients[2].CallAsync("log");
        Assert.Equal(["a:1"], await UpdatesAsync(streams[0]));
        Assert.Equal(["a:1", "a:2/below"], await UpdatesAsync(streams[1]));
        Assert.Empty(await UpdatesAsync(streams[2]));
    }

    [Fact]
    public async Task Updated_UriSpelledDifferently_IsTheSameResource()
    {
        var host = await StartAsync(FaultServer.Shared());
        var client = await host.ConnectAsync();
        var stream = await client.ListenAsync();
        await SubscribeAsync(client, "a:\\u0031/\\u00e9");

        await client.CallAsync("updated", """{"uri":"a:1/é"}""");

        Assert.Equal("a:1/é", (await stream.ReadAsync()).Params().GetProperty("uri").GetString());
    }

    [Fact]
    public async Task Unsubscribe_OneOfTwo_KeepsTheOther()
    {
        var host = await StartAsync(FaultServer.Shared());
        var (client, other) = (await host.ConnectAsync(), await host.ConnectAsync());
        var (stream, otherStream) = (await client.ListenAsync(), await other.ListenAsync());
        await SubscribeAsync(client, "a:1");
        await SubscribeAsync(other, "a:1");

        await UnsubscribeAsync(client, "a:1");
        await client.CallAsync("updated", """{"uri":"a:1"}""");

        await client.CallAsync("log");
        Assert.Equal("""[{"uri":"a:1","subscribed":1,"unsubscribed":0}]""", await client.CallAsync("subscriptions"));
        Assert.Empty(await UpdatesAsync(stream));
        Assert.Equal(["a:1"], await UpdatesAsync(otherStream));
    }

    [Fact]
    public async Task Unsubscribe_LastSession_ReachesTheBackend()
    {
        var host = await StartAsync(FaultServer.Shared());
        var (client, other) = (await host.ConnectAsync(), await host.ConnectAsync());
        await SubscribeAsync(client, "a:1");
        await SubscribeAsync(other, "a:1");

        await UnsubscribeAsync(client, "a:1");
        await UnsubscribeAsync(other, "a:1");

        Assert.Equal("""[{"uri":"a:1","subscribed":1,"unsubscribed":1}]""", await client.CallAsync("subscriptions"));
    }

    [Fact]
    public async Task Delete_LastSubscriber_UnsubscribesAtTheBackend()
    {
        var host = await StartAsync(FaultServer.Shared());
        var (client, other, third) = (await host.ConnectAsync(), await host.ConnectAsync(), await host.ConnectAsync());
        await SubscribeAsync(client, "a:1");
        await SubscribeAsync(other, "a:1");

        await client.DeleteAsync();
        await UnsubscribedAsync(third, 0);
        await other.DeleteAsync();

        await UnsubscribedAsync(third, 1);
    }

    [Fact]
    public async Task Subscribe_WhileTheLastOneUnsubscribes_IsSubscribed()
    {
        // The backend answers the unsubscribe only when the other session has subscribed, or at once when that was not sent up.
        var host = await StartAsync(ScriptedServer.Shared("""initialize; hear; result '{}'; hear; first=$id; hear; answer "$first" '{}'; result '{}'"""));
        var (client, other) = (await host.ConnectAsync(), await host.ConnectAsync());
        await SubscribeAsync(client, "a:1");

        var unsubscribing = UnsubscribeAsync(client, "a:1");
        await host.Log.UntilAsync("resources/unsubscribe");
        await SubscribeAsync(other, "a:1");
        await client.PostAsync(Rpc.Notification("notifications/own"));

        // What the backend heard last of this resource is that somebody wants it.
        await unsubscribing;
        Assert.Equal(2, host.Log.Count("resources/subscribe"));
    }

    private static async Task SubscribeAsync(McpClient client, string uri) =>
        await client.RequestAsync(Rpc.Request("resources/subscribe", $$"""{"uri":"{{uri}}"}"""));

    private static async Task UnsubscribeAsync(McpClient client, string uri) =>
        await client.RequestAsync(Rpc.Request("resources/unsubscribe", $$"""{"uri":"{{uri}}"}"""));

    private static Task UnsubscribedAsync(McpClient client, int times) => Wait.UntilAsync(
        async () => await client.CallAsync("subscriptions") == $$"""[{"uri":"a:1","subscribed":1,"unsubscribed":{{times}}}]""",
        () => $"the backend was told {times} times to unsubscribe");

    // A log message, which everybody gets, ends what there is to be told.
    private static async Task<IEnumerable<string?>> UpdatesAsync(SseStream stream) =>
        (await stream.ReadToAsync(message => message.Method() == "notifications/message"))
            .SkipLast(1)
            .Select(message => message.Params().GetProperty("uri").GetString());
}
