using McpProxy.Gateway.Tests.Harness;

namespace McpProxy.Gateway.Tests.StreamableHttp;

/// <summary>Where a message of the backend's goes, and how long it waits for a way.</summary>
public sealed class DeliveryTests : GatewayTest
{
    [Fact]
    public async Task Progress_JsonAnswer_GoesToTheOwnStream()
    {
        var client = await ConnectAsync();
        var listening = await client.ListenAsync();

        var answer = await client.PostAsync(Rpc.Call("notify", """{"count":1}""", token: "\"t\""), McpClient.AcceptJson);

        Assert.Equal("notified", Assert.Single(answer.Messages).Text());
        Assert.Equal("notifications/progress", (await listening.ReadAsync()).Method());
    }

    [Fact]
    public async Task Progress_StreamedAnswer_GoesToItsOwnStreamThoughAnotherIsOpen()
    {
        var client = await ConnectAsync();
        var listening = await client.ListenAsync();

        var answer = await client.PostAsync(Rpc.Call("notify", """{"count":2}""", token: "\"t\""));
        await client.PostAsync(Rpc.Call("updated", """{"uri":"a:1"}"""));

        Assert.Equal(["notifications/progress", "notifications/progress", null], answer.Messages.Select(message => message.Method()));
        Assert.Equal("notifications/resources/updated", (await listening.ReadAsync()).Method());
    }

    [Fact]
    public async Task Notification_NoOwnStream_GoesToTheNewestOpenPost()
    {
        var client = await ConnectAsync();
        var older = await client.StreamAsync(Rpc.Call("ask", id: "1"));
        var request = await older.ReadAsync("roots/list");

        var newer = await client.StreamAsync(Rpc.Call("updated", """{"uri":"a:1"}""", id: "2"));

        Assert.Equal(["notifications/resources/updated", null], (await newer.ReadToEndAsync()).Select(message => message.Method()));
        await client.PostAsync(Rpc.Result(request.Id()));
        Assert.Single(await older.ReadToEndAsync());
    }

    [Fact]
    public async Task ServerRequest_NoStream_WaitsForOne()
    {
        var client = await ConnectAsync();
        var asking = client.RequestJsonAsync(Rpc.Call("ask"));

        var listening = await client.ListenAsync();
        var request = await listening.ReadAsync("roots/list");
        await client.PostAsync(Rpc.Result(request.Id()));

        Assert.Equal("""{"result":{}}""", (await asking).Text());
    }

    [Fact]
    public async Task ServerRequest_NoStreamInTime_IsAnsweredWithAnError()
    {
        var clock = new ManualClock();
        var host = await StartAsync(FaultServer.Dedicated(), clock: clock);
        var client = await host.ConnectAsync(capabilities: Rpc.Answers);

        var asking = client.RequestJsonAsync(Rpc.Call("ask"));
        await clock.PassUntilAsync(asking, "the server's request was refused");

        Assert.Contains("-32000", (await asking).Text(), StringComparison.Ordinal);
        Assert.True(clock.GetUtcNow() - ManualClock.Start >= host.Options.ServerRequestTimeout);
        var listening = await client.ListenAsync();
        await client.CallAsync("updated", """{"uri":"a:1"}""");
        Assert.Equal("notifications/resources/updated", (await listening.ReadAsync()).Method());
    }

    [Fact]
    public async Task ServerRequests_MoreThanMayWait_AreRefusedAtOnce()
    {
        var host = await StartAsync(FaultServer.Dedicated());
        var client = await host.ConnectAsync(capabilities: Rpc.Answers);

        var asking = Enumerable.Range(1, 17).Select(id => client.RequestJsonAsync(Rpc.Call("ask", id: $"{id}"))).ToList();
        var refused = await Wait.ForAsync(Task.WhenAny(asking), "one of them is refused");

        Assert.Contains("-32000", (await refused).Text(), StringComparison.Ordinal);
        asking.Remove(refused);
        var listening = await client.ListenAsync();
        foreach (var _ in asking)
        {
            await client.PostAsync(Rpc.Result((await listening.ReadAsync("roots/list")).Id()));
        }

        Assert.All(await Task.WhenAll(asking), answer => Assert.Equal("""{"result":{}}""", answer.Text()));
    }

    [Fact]
    public async Task Delete_ServerRequestThatWaits_ReachesNobody()
    {
        var host = await StartAsync(ScriptedServer.Shared("""initialize; hear; say '{"jsonrpc":"2.0","id":"x","method":"roots/list"}'"""));
        var client = await host.ConnectAsync();
        var asking = client.RequestJsonAsync(Rpc.Request("any"));
        await host.Log.UntilAsync("\"any\"");

        await client.DeleteAsync();

        await host.Log.UntilAsync("""heard {"jsonrpc":"2.0","id":"x","error":""");
        Assert.Equal(-32000, (await asking).ErrorCode());
    }

    [Fact]
    public async Task Get_Silent_WakesUpNobodyUntilSomethingIsDue()
    {
        var clock = new ManualClock();
        var host = await StartAsync(FaultServer.Shared(), clock: clock);
        var client = await host.ConnectAsync();
        await client.ListenAsync();

        clock.Advance(TimeSpan.FromSeconds(1));

        Assert.All(clock.Waits, wait => Assert.True(wait >= TimeSpan.FromSeconds(1), $"{wait}"));
    }

    [Fact]
    public async Task KeepAlive_SilentStream_CarriesAComment()
    {
        var clock = new ManualClock();
        var host = await StartAsync(FaultServer.Shared(), clock: clock);
        var client = await host.ConnectAsync(version: "2025-06-18");
        var listening = await client.ListenAsync();

        for (var round = 0; round < 3; round++)
        {
            var next = listening.ReadEventAsync();
            clock.Advance(host.Options.KeepAliveInterval - TimeSpan.FromMilliseconds(500));
            Assert.False(next.IsCompleted);
            await clock.PassUntilAsync(next, "a comment came");
            Assert.Equal("keep-alive", (await next)?.Comment);
        }
    }

    [Fact]
    public async Task KeepAlive_SilentPost_CarriesAComment()
    {
        var clock = new ManualClock();
        var host = await StartAsync(FaultServer.Shared(), clock: clock);
        var client = await host.ConnectAsync();

        var opening = client.StreamAsync(Rpc.Call("sleep", """{"ms":600000}"""));
        await clock.PassUntilAsync(opening, "the headers came");
        var stream = await opening;
        Assert.Equal("", (await stream.ReadEventAsync())?.Data);
        var next = stream.ReadEventAsync();
        await clock.PassUntilAsync(next, "a comment came");

        Assert.Equal("keep-alive", (await next)?.Comment);
        await client.DeleteAsync();
    }

    private async Task<McpClient> ConnectAsync() => await (await StartAsync(FaultServer.Dedicated())).ConnectAsync(capabilities: Rpc.Answers);
}
