using System.Net.Sockets;
using System.Text.Json;
using McpProxy.Gateway.Configuration;
using McpProxy.Gateway.Tests.Harness;

namespace McpProxy.Gateway.Tests.Sessions;

/// <summary>Who does not read is waited for, and holds up nobody for longer than may be.</summary>
public sealed class BackPressureTests : GatewayTest
{
    private const int Steps = 10_000;

    // Makes each progress notification a kilobyte.
    private static readonly string Token = $"\"{new string('t', 1000)}\"";

    [Theory]
    [InlineData(nameof(SharingMode.Shared))]
    [InlineData(nameof(SharingMode.Dedicated))]
    public async Task Flood_ClientReadsNothing_IsHeldUpAndDeliveredLater(string sharing)
    {
        var host = await StartAsync(FaultServer.Create(Enum.Parse<SharingMode>(sharing)), options => options.MaxQueueBytes = 64 * 1024);
        var client = await ConnectSlowlyAsync(host);

        var stream = await client.StreamAsync(Flood);
        var held = await Wait.UntilSteadyAsync(() => host.Pool.Outstanding, "the number of messages in the gateway");

        Assert.InRange(held, 1, 1000);
        Assert.Equal(1, host.Backend.InFlight);
        Assert.Equal(Enumerable.Range(1, Steps), (await stream.ReadToEndAsync()).SkipLast(1).Select(message => message.Params().GetProperty("progress").GetInt32()));
    }

    [Fact]
    public async Task Flood_HttpSseClientReadsNothing_IsHeldUpAndDeliveredLater()
    {
        var host = await StartAsync(FaultServer.Dedicated(), options => options.MaxQueueBytes = 64 * 1024);
        var client = await host.ConnectSseAsync();

        await client.PostAsync(Rpc.Call("notify", """{"count":20000}""", token: Token));
        var held = await Wait.UntilSteadyAsync(() => host.Pool.Outstanding, "the number of messages in the gateway");

        Assert.InRange(held, 1, 1000);
        Assert.Equal(1, host.Backend.InFlight);
        Assert.Equal(20001, (await client.Stream.ReadToAsync(message => message.IsResponse())).Count);
    }

    [Fact]
    public async Task Flood_SharedBackend_HoldsUpOthersOnlyForTheStallTimeout()
    {
        var clock = new ManualClock();
        var host = await StartAsync(FaultServer.Shared(), KeepEverything, clock);
        var (slow, other) = (await ConnectSlowlyAsync(host), await host.ConnectAsync());
        var stream = await slow.StreamAsync(Flood);
        await Wait.UntilSteadyAsync(() => host.Pool.Outstanding, "the number of messages in the gateway");

        var call = other.CallAsync("echo", "[1]");
        await clock.UntilTimerAsync(host.Options.StallTimeout);
        Assert.False(call.IsCompleted);
        await clock.PassUntilAsync(call, "the other session's call is answered");

        Assert.Equal("[1]", await call);
        await stream.ReadUntilCutAsync();
    }

    [Fact]
    public async Task Flood_StreamThatWasCut_IsResumedWithoutLoss()
    {
        var clock = new ManualClock();
        var host = await StartAsync(FaultServer.Shared(), KeepEverything, clock);
        var client = await ConnectSlowlyAsync(host);
        var stream = await client.StreamAsync(Flood);
        var first = await stream.ReadAsync();
        await Wait.UntilSteadyAsync(() => host.Pool.Outstanding, "the number of messages in the gateway");

        await clock.PassUntilAsync(() => host.Backend.InFlight == 0, "the stream was cut, and the answer came");
        using var again = await client.ListenAsync(stream.LastEventId);

        var progress = (await again.ReadToEndAsync()).SkipLast(1).Prepend(first).Select(message => message.Params().GetProperty("progress").GetInt32());
        Assert.Equal(Enumerable.Range(1, Steps), progress);
    }

    [Theory]
    [InlineData(nameof(SharingMode.Shared))]
    [InlineData(nameof(SharingMode.Dedicated))]
    public async Task Delete_StreamThatNobodyReads_EndsTheSession(string sharing)
    {
        var host = await StartAsync(FaultServer.Create(Enum.Parse<SharingMode>(sharing)), options => options.MaxQueueBytes = 64 * 1024);
        var (slow, other) = (await ConnectSlowlyAsync(host), await host.ConnectAsync());
        var process = await slow.ProcessIdAsync();
        using var unread = await slow.StreamAsync(Flood);
        await Wait.UntilSteadyAsync(() => host.Pool.Outstanding, "the number of messages in the gateway");
        Assert.Equal(1, host.Backend.InFlight);

        await slow.DeleteAsync();

        Assert.Equal("[1]", await other.CallAsync("echo", "[1]"));
        await Wait.UntilAsync(() => sharing == nameof(SharingMode.Shared) || !host.Processes.Contains(process), "the process of the session has ended");
    }

    [Fact]
    public async Task LargeResult_ClientReadsNothing_HoldsUpNobody()
    {
        const int Bytes = 10_000_000;
        var host = await StartAsync(FaultServer.Shared());
        var (slow, other) = (await ConnectSlowlyAsync(host), await host.ConnectAsync());
        var big = await slow.StreamAsync(Rpc.Call("big", $$"""{"bytes":{{Bytes}}}"""));

        for (var i = 0; i < 20; i++)
        {
            Assert.Equal($"[{i}]", await other.CallAsync("echo", $"[{i}]"));
        }

        Assert.Equal(Bytes, (await big.ReadResponseAsync()).Text().Length);
    }

    [Fact]
    public async Task LargeResult_ClientLeavesInTheMiddle_IsResumedWhole()
    {
        const int Bytes = 10_000_000;
        var host = await StartAsync(FaultServer.Shared());
        var client = await ConnectSlowlyAsync(host);
        var stream = await client.StreamAsync(Rpc.Call("big", $$"""{"bytes":{{Bytes}}}"""));
        Assert.Equal("", (await stream.ReadEventAsync())?.Data);

        stream.Dispose();
        await Wait.UntilAsync(() => host.Aborted > 0, "the gateway knows that the client left");
        using var again = await client.ListenAsync(stream.LastEventId);

        Assert.Equal(Bytes, (await again.ReadResponseAsync()).Text().Length);
        Assert.Null(await again.TryReadAsync());
    }

    [Theory]
    [InlineData(nameof(SharingMode.Shared))]
    [InlineData(nameof(SharingMode.Dedicated))]
    public async Task Backend_ThatReadsNothing_DoesNotKeepASessionFromEnding(string sharing)
    {
        var host = await StartAsync(FaultServer.Create(Enum.Parse<SharingMode>(sharing), "--no-read"));
        var client = await host.ConnectAsync();
        var calls = await FillAsync(host, client);

        await client.DeleteAsync();

        Assert.All(await Task.WhenAll(calls), answer => Assert.Equal(-32000, answer.ErrorCode()));
        await host.UntilSessionsAsync(0);
    }

    [Theory]
    [InlineData(nameof(SharingMode.Shared))]
    [InlineData(nameof(SharingMode.Dedicated))]
    public async Task Backend_ThatReadsNothing_DoesNotKeepTheGatewayFromStopping(string sharing)
    {
        var host = await StartAsync(FaultServer.Create(Enum.Parse<SharingMode>(sharing), "--no-read"));
        var client = await host.ConnectAsync();
        var calls = await FillAsync(host, client);

        await host.StopAsync();

        Assert.All(await Task.WhenAll(calls), answer => Assert.Equal(-32000, answer.ErrorCode()));
    }

    [Fact]
    public async Task Backend_ThatReadsNothing_DoesNotKeepOtherSessionsFromExpiring()
    {
        var clock = new ManualClock();
        var host = await StartAsync(
            new Dictionary<string, BackendOptions>
            {
                ["default"] = ScriptedServer.Dedicated("""initialize; say '{"jsonrpc":"2.0","id":"x","method":"roots/list"}'; while :; do sleep 0.1; done"""),
                ["other"] = FaultServer.Shared(),
            },
            clock: clock);
        var client = await host.ConnectAsync(capabilities: Rpc.Answers);
        await host.ConnectAsync("other");
        var call = client.PostAsync(Rpc.Request("any", $"\"{new string('x', 1_500_000)}\""), McpClient.AcceptJson);
        await Wait.UntilAsync(() => host.Backend.InFlight == 1, "the call is under way");

        // The refusal of what the server asked finds no room, and the one idle session ends all the same.
        clock.Advance(host.Options.SessionIdleTimeout);
        await clock.PassUntilAsync(() => host.Sessions.Count == 1, "the other session has ended");

        await client.DeleteAsync();
        await clock.PassUntilAsync(call, "the call is answered");
    }

    private static string Flood => Rpc.Call("notify", $$"""{"count":{{Steps}}}""", token: Token);

    private static void KeepEverything(GatewayOptions options) =>
        (options.MaxQueueBytes, options.ReplayEvents, options.ReplayBytes) = (64 * 1024, 2 * Steps, int.MaxValue / 2);

    // More than the pipe and the queue before it hold.
    private static async Task<IReadOnlyList<Task<JsonElement>>> FillAsync(GatewayHost host, McpClient client)
    {
        var argument = $"\"{new string('x', 600_000)}\"";
        var calls = Enumerable.Range(1, 4).Select(id => client.RequestAsync(Rpc.Call("echo", argument, $"{id}"))).ToList();
        await Wait.UntilAsync(() => host.Backend.InFlight == calls.Count, "all calls are under way");
        return calls;
    }

    // Its connections hold little that was not read.
    private static Task<McpClient> ConnectSlowlyAsync(GatewayHost host)
    {
        var handler = McpClient.NewHandler();
        handler.ConnectCallback = static async (context, cancellationToken) =>
        {
            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, ReceiveBufferSize = 4096 };
            await socket.ConnectAsync(context.DnsEndPoint, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        };
        return host.ConnectAsync(handler: handler);
    }
}
