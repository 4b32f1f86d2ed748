using System.Net;
using McpProxy.EndToEnd.Tests.Harness;
using McpProxy.EndToEnd.Tests.Wire;

namespace McpProxy.EndToEnd.Tests.Http;

/// <summary>Limits that the operator sets, and what a client is told at them.</summary>
public sealed class LimitTests
{
    [Fact]
    public async Task Post_LargerThanTheLimit_Is413AndTheSessionGoesOn()
    {
        await using var gateway = await ServeAsync("--max-request-size", "64KiB");
        using var wire = await StreamableHttpWire.ConnectAsync(gateway.Mcp, TestContext.Current.CancellationToken);

        var fits = await wire.PostAsync(
            Rpc.Call(1, "echo", new { value = new string('x', 60_000) }), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, fits.Status);

        // Again and again: the connection of a refused body is either read to its end, or closed with an announcement.
        for (var turn = 0; turn < 20; turn++)
        {
            var refused = await wire.PostAsync(
                Rpc.Call(2, "echo", new { value = new string('x', 70_000) }), TestContext.Current.CancellationToken);
            var next = await wire.PostAsync(Rpc.Request(3, "ping"), TestContext.Current.CancellationToken);

            Assert.Equal(HttpStatusCode.RequestEntityTooLarge, refused.Status);
            Assert.Equal(HttpStatusCode.OK, next.Status);
        }
    }

    [Fact]
    public async Task Post_ChunkedAndLargerThanTheLimit_Is413()
    {
        await using var gateway = await ServeAsync("--max-request-size", "64KiB");
        using var wire = await StreamableHttpWire.ConnectAsync(gateway.Mcp, TestContext.Current.CancellationToken);

        var refused = await wire.PostAsync(
            Rpc.Call(2, "echo", new { value = new string('x', 70_000) }),
            TestContext.Current.CancellationToken,
            adjust: request => request.Headers.TransferEncodingChunked = true);

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, refused.Status);
    }

    [Fact]
    public async Task Result_LargerThanTheLimit_IsAnErrorForItsRequest()
    {
        await using var gateway = await ServeAsync("--max-message-size", "1MiB");
        using var wire = await StreamableHttpWire.ConnectAsync(gateway.Mcp, TestContext.Current.CancellationToken);

        var refused = await wire.CallAsync("large", "large_result", new { bytes = 2_000_000 }, TestContext.Current.CancellationToken);
        var next = await Wait.UntilAsync(
            async () => await wire.CallAsync(Guid.NewGuid(), "echo", new { value = "next" }, TestContext.Current.CancellationToken),
            answer => answer["result"] is not null,
            () => "the session never went on",
            TestContext.Current.CancellationToken);

        Assert.NotEmpty((string)refused["error"]!["message"]!);
        Assert.Equal("next", (string?)next["result"]!["structuredContent"]!["value"]);
    }

    [Fact]
    public async Task Sessions_MoreThanTheLimit_Are429UntilOneEnds()
    {
        await using var gateway = await ServeAsync("--max-sessions", "2");
        using var first = await StreamableHttpWire.ConnectAsync(gateway.Mcp, TestContext.Current.CancellationToken);
        using var second = await StreamableHttpWire.ConnectAsync(gateway.Mcp, TestContext.Current.CancellationToken);
        using var third = new StreamableHttpWire(gateway.Mcp);

        var refused = await third.PostAsync(Rpc.Initialize("third"), TestContext.Current.CancellationToken);
        await first.DeleteAsync(TestContext.Current.CancellationToken);
        var opened = await Wait.UntilAsync(
            async () => await third.PostAsync(Rpc.Initialize("third"), TestContext.Current.CancellationToken),
            answer => answer.Status != HttpStatusCode.TooManyRequests,
            () => "the place of the deleted session never became free",
            TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.TooManyRequests, refused.Status);
        Assert.Equal("third", (string?)refused.Json["id"]);
        Assert.Equal(HttpStatusCode.OK, opened.Status);
    }

    [Fact]
    public async Task Session_IdleForLongerThanTheLimit_Is404()
    {
        await using var gateway = await ServeAsync("--session-idle-timeout", "1s");
        using var idle = await StreamableHttpWire.ConnectAsync(gateway.Mcp, TestContext.Current.CancellationToken);
        using var watching = await StreamableHttpWire.ConnectAsync(gateway.Mcp, TestContext.Current.CancellationToken);
        using var stream = await watching.GetStreamAsync(TestContext.Current.CancellationToken);

        // Asking for the idle one would keep it alive, so the status page is asked.
        await Wait.UntilAsync(
            async () => await SessionsAsync(gateway),
            sessions => sessions == 1,
            () => "the idle session never ended, or the other one did",
            TestContext.Current.CancellationToken);
        var ended = await idle.PostAsync(Rpc.Request("late", "ping"), TestContext.Current.CancellationToken);
        var kept = await watching.PostAsync(Rpc.Request("kept", "ping"), TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.NotFound, ended.Status);
        Assert.Equal(HttpStatusCode.OK, kept.Status);
    }

    [Fact]
    public async Task KeepAlive_OnAnIdleStream_ComesAgainAndAgain()
    {
        await using var gateway = await ServeAsync("--keep-alive", "1s");
        using var wire = await StreamableHttpWire.ConnectAsync(gateway.Mcp, TestContext.Current.CancellationToken);
        using var get = await wire.GetStreamAsync(TestContext.Current.CancellationToken);
        using var sse = await HttpSseWire.ConnectAsync(gateway.Sse, TestContext.Current.CancellationToken);

        Assert.Equal(3, await CountCommentsAsync(get, 3));
        Assert.Equal(3, await CountCommentsAsync(sse.Stream, 3));
    }

    [Fact]
    public async Task PathBase_OfAReverseProxy_IsInEveryAddress()
    {
        await using var gateway = await ServeAsync("--path-base", "/tools");
        using var wire = await StreamableHttpWire.ConnectAsync(
            new Uri(gateway.Root, "/tools/mcp"), TestContext.Current.CancellationToken);
        using var sse = await HttpSseWire.ConnectAsync(new Uri(gateway.Root, "/tools/sse"), TestContext.Current.CancellationToken);

        var answer = await sse.InitializeAsync(TestContext.Current.CancellationToken);

        Assert.StartsWith("/tools/messages/?session_id=", sse.EndpointData, StringComparison.Ordinal);
        Assert.NotNull(answer["result"]);
    }

    private static async Task<int> CountCommentsAsync(EventStream stream, int enough)
    {
        var comments = 0;
        for (var reads = 0; reads < 20 && comments < enough; reads++)
        {
            comments += (await stream.ReadAsync(TestContext.Current.CancellationToken))?.Comment is null ? 0 : 1;
        }

        return comments;
    }

    private static async ValueTask<int> SessionsAsync(McpProxyProcess gateway)
    {
        using var status = new StreamableHttpWire(new Uri(gateway.Root, "/status"));
        var answer = await status.GetAsync(TestContext.Current.CancellationToken, accept: null);
        return answer.Json["sessions"]!.GetValue<int>();
    }

    private static Task<McpProxyProcess> ServeAsync(params string[] options) =>
        McpProxyProcess.ServeAsync(Backends.Sample, TestContext.Current.CancellationToken, options);
}
