using System.Net;
using System.Text.Json;
using McpProxy.Gateway.Tests.Harness;

namespace McpProxy.Gateway.Tests.Sessions;

/// <summary>Streams outlive the connections that carry them (MCP 2025-11-25, transports, resumability and redelivery).</summary>
public sealed class ResumeTests : GatewayTest
{
    [Fact]
    public async Task Get_DroppedAndOpenedAgain_GoesOn()
    {
        var client = await ConnectAsync();
        var first = await client.ListenAsync();
        await client.CallAsync("updated", """{"uri":"a:1"}""");
        await first.ReadAsync();

        for (var round = 0; round < 3; round++)
        {
            using var again = await client.ListenAsync();
            await client.CallAsync("updated", $$"""{"uri":"a:{{round}}"}""");
            Assert.Equal($"a:{round}", Uri(await again.ReadAsync()));
        }
    }

    [Fact]
    public async Task Get_SecondOne_TakesOverFromTheFirst()
    {
        var client = await ConnectAsync();
        var first = await client.ListenAsync();

        var second = await client.ListenAsync();
        await client.CallAsync("updated", """{"uri":"a:1"}""");

        // "the server MUST NOT broadcast the same message across multiple streams".
        Assert.Empty(await first.ReadToEndAsync());
        Assert.Equal("a:1", Uri(await second.ReadAsync()));
    }

    [Fact]
    public async Task Get_DroppedWithLastEventId_DeliversTheRestOnceInOrder()
    {
        var client = await ConnectAsync();
        var first = await client.ListenAsync();
        await UpdateAsync(client, 0, 10);
        var read = new List<JsonElement>();
        while (read.Count < 4)
        {
            read.Add(await first.ReadAsync());
        }

        first.Dispose();
        await UpdateAsync(client, 10, 10);
        using var again = await client.ListenAsync(first.LastEventId);
        read.AddRange(await again.ReadToAsync(message => Uri(message) == "a:19"));

        Assert.Equal(Enumerable.Range(0, 20).Select(i => $"a:{i}"), read.Select(Uri));
    }

    [Fact]
    public async Task Get_NothingOpenMeanwhile_IsToldWithTheNextOne()
    {
        var client = await ConnectAsync();
        await UpdateAsync(client, 0, 3);

        var stream = await client.ListenAsync();

        Assert.Equal(["a:0", "a:1", "a:2"], (await stream.ReadToAsync(message => Uri(message) == "a:2")).Select(Uri));
    }

    [Fact]
    public async Task Get_EventsPastTheWindow_GoesOnWithTheRestAndTheLogTellsTheLoss()
    {
        var host = await StartAsync(FaultServer.Dedicated(), options => options.ReplayEvents = 5);
        var client = await host.ConnectAsync();
        var first = await client.ListenAsync();
        await UpdateAsync(client, 0, 1);
        await first.ReadAsync();
        first.Dispose();
        await Wait.UntilAsync(() => host.Aborted > 0, "the gateway knows that the client left");

        await UpdateAsync(client, 1, 20);
        using var again = await client.ListenAsync(first.LastEventId);

        Assert.Equal(Enumerable.Range(16, 5).Select(i => $"a:{i}"), (await again.ReadToAsync(message => Uri(message) == "a:20")).Select(Uri));
        Assert.True(host.Log.Has("were dropped"));
    }

    [Fact]
    public async Task Post_Dropped_GoesOnAndIsResumed()
    {
        var host = await StartAsync(FaultServer.Dedicated());
        var client = await host.ConnectAsync(capabilities: Rpc.Answers);
        var asking = await client.StreamAsync(Rpc.Call("ask", id: "\"a\""));
        var request = await asking.ReadAsync("roots/list");

        // "Disconnection SHOULD NOT be interpreted as the client cancelling its request."
        asking.Dispose();
        await Wait.UntilAsync(() => host.Aborted > 0, "the gateway knows that the client left");
        await client.PostAsync(Rpc.Result(request.Id()));
        using var again = await client.ListenAsync(asking.LastEventId);

        var answer = Assert.Single(await again.ReadToEndAsync());
        Assert.Equal(("\"a\"", """{"result":{}}"""), (answer.Id(), answer.Text()));
        Assert.DoesNotContain(await client.SeenAsync(), line => line.Contains("cancelled", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Post_DroppedBeforeTheAnswer_IsResumedWhileItRuns()
    {
        var client = await ConnectAsync();
        var asking = await client.StreamAsync(Rpc.Call("ask"));
        var request = await asking.ReadAsync("roots/list");
        asking.Dispose();

        using var again = await client.ListenAsync(asking.LastEventId);
        await client.PostAsync(Rpc.Result(request.Id()));

        Assert.Equal("""{"result":{}}""", (await again.ReadResponseAsync()).Text());
        Assert.Null(await again.TryReadAsync());
    }

    [Fact]
    public async Task Post_ResumedFromAnyEvent_DeliversTheRestOnceInOrder()
    {
        const int Steps = 50;
        var client = await ConnectAsync();
        var events = new List<SseEvent>();
        var stream = await client.StreamAsync(Rpc.Call("notify", $$"""{"count":{{Steps}}}""", token: "\"t\""));
        while (await stream.ReadEventAsync() is { } next)
        {
            events.Add(next);
        }

        Assert.Equal(events.Count, events.Select(item => item.Id).Distinct(StringComparer.Ordinal).Count());
        foreach (var cut in (int[])[0, 1, 20, events.Count - 2, events.Count - 1])
        {
            using var again = await client.ListenAsync(events[cut].Id);
            Assert.Equal(
                events.Skip(cut + 1).Select(item => item.Data), (await again.ReadToEndAsync()).Select(message => message.GetRawText()));
        }
    }

    [Fact]
    public async Task Post_ResumedWhileTheFirstConnectionLives_TakesOver()
    {
        var client = await ConnectAsync();
        var asking = await client.StreamAsync(Rpc.Call("ask"));
        var request = await asking.ReadAsync("roots/list");

        using var again = await client.ListenAsync(asking.LastEventId);
        await client.PostAsync(Rpc.Result(request.Id()));

        Assert.Single(await again.ReadToEndAsync());
        Assert.Empty(await asking.ReadToEndAsync());
    }

    [Theory]
    [InlineData("x")]
    [InlineData("0")]
    [InlineData("-1-1")]
    [InlineData("0-99")]
    [InlineData("99-0")]
    [InlineData("99999999999-1")]
    public async Task Resume_EventThatNeverWas_IsTold(string lastEventId)
    {
        var client = await ConnectAsync();

        var answer = await client.GetAsync(request =>
        {
            McpClient.Set(request, "Accept", "text/event-stream");
            McpClient.Set(request, "Last-Event-ID", lastEventId);
        });

        Assert.Equal((HttpStatusCode.BadRequest, -32004), (answer.Status, answer.Response.ErrorCode()));
    }

    [Fact]
    public async Task Resume_AnswerPastTheWindow_IsTold()
    {
        var host = await StartAsync(FaultServer.Dedicated(), options => options.ReplayEvents = 3);
        var client = await host.ConnectAsync();
        var answer = await client.PostAsync(Rpc.Call("notify", """{"count":5}""", token: "1"));

        var first = SseEvent.Parse(answer.Body)[0].Id;
        var resumed = await client.GetAsync(request =>
        {
            McpClient.Set(request, "Accept", "text/event-stream");
            McpClient.Set(request, "Last-Event-ID", first);
        });

        Assert.Equal((HttpStatusCode.BadRequest, -32004), (resumed.Status, resumed.Response.ErrorCode()));
        Assert.Contains("--replay-events", resumed.Response.ErrorText(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Resume_ByAnotherSession_FindsNothing()
    {
        var host = await StartAsync(FaultServer.Shared());
        var (client, other) = (await host.ConnectAsync(), await host.ConnectAsync());
        var stream = await client.StreamAsync(Rpc.Call("notify", """{"count":5}""", token: "1"));
        await stream.ReadAsync();

        await Assert.ThrowsAsync<InvalidDataException>(() => other.ListenAsync(stream.LastEventId));
    }

    [Theory]
    [InlineData("2025-11-25", true)]
    [InlineData("2025-06-18", false)]
    public async Task Post_FirstEvent_OnlyTellsItsIdInTheRevisionThatKnowsIt(string version, bool isPrimed)
    {
        var host = await StartAsync(FaultServer.Shared());
        var client = await host.ConnectAsync(version: version);

        var first = SseEvent.Parse((await client.PostAsync(Rpc.Request("ping"))).Body)[0];

        // "The server SHOULD immediately send an SSE event consisting of an event ID and an empty data field".
        Assert.NotNull(first.Id);
        Assert.Equal(isPrimed, first.Data.Length == 0);
    }

    private static string Uri(JsonElement message) => message.Params().GetProperty("uri").GetString()!;

    private static async Task UpdateAsync(McpClient client, int from, int count)
    {
        for (var i = from; i < from + count; i++)
        {
            await client.PostAsync(Rpc.Call("updated", $$"""{"uri":"a:{{i}}"}"""), McpClient.AcceptJson);
        }
    }

    private async Task<McpClient> ConnectAsync() => await (await StartAsync(FaultServer.Dedicated())).ConnectAsync(capabilities: Rpc.Answers);
}
