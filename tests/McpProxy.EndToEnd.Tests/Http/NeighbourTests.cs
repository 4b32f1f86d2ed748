using System.Text;
using McpProxy.EndToEnd.Tests.Harness;
using McpProxy.EndToEnd.Tests.Wire;

namespace McpProxy.EndToEnd.Tests.Http;

/// <summary>
/// However much one client or one server has to say, the sessions beside it are answered: on one thread for all sockets and pipes, which is the
/// least that there may be, whoever kept it to himself would starve all others.
/// </summary>
public sealed class NeighbourTests
{
    private const int Calls = 50;
    private const int LargeBytes = 50_000_000;
    private const int LargeResults = 2;
    private const string Json = "Content-Type: application/json\r\nAccept: application/json, text/event-stream\r\n";

    /// <summary>What only a session can need that gets nothing at all.</summary>
    private static readonly TimeSpan Starved = TimeSpan.FromSeconds(30);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<string, string, string> FaultyRequests { get; } = new()
    {
        { "GET /nowhere", "", "" },
        { "POST /mcp", Json, Rpc.Call(1, "echo", new { value = "no session" }) },
        { "POST /mcp", Json, Rpc.Notification("notifications/cancelled") },
        { "POST /mcp", Json, "not JSON" },
        { "POST /mcp", "Content-Type: text/plain\r\n", "no JSON" },
        { "POST /messages?session_id=0123456789abcdef0123456789abcdef", Json, Rpc.Call(1, "echo", new { value = "no session" }) },
    };

    [Theory]
    [MemberData(nameof(FaultyRequests))]
    public async Task Call_BesideAFloodOfFaultyRequests_IsAnswered(string line, string headers, string body)
    {
        await using var gateway = await StartAsync();
        using var wire = await StreamableHttpWire.ConnectAsync(gateway.Mcp, Token);
        await using var flood = new FloodingClient(gateway.Root, "", Repeat(500, RawRequest.Of(line, headers, body)));
        await flood.GoesOnAsync(Token);

        await AssertAnsweredAsync(gateway, wire);

        await flood.GoesOnAsync(Token);
    }

    [Fact]
    public async Task Call_BesideAFloodOfCalls_IsAnswered()
    {
        await using var gateway = await StartAsync("--named-server", "other", Backends.CommandString(Backends.Sample));
        using var wire = await StreamableHttpWire.ConnectAsync(gateway.Mcp, Token);
        using var busy = await StreamableHttpWire.ConnectAsync(gateway.Named("other", "mcp"), Token);
        var call = RawRequest.Of("POST /servers/other/mcp", $"{Json}Mcp-Session-Id: {busy.SessionId}\r\n", Rpc.Request(1, "ping"));
        await using var flood = new FloodingClient(gateway.Root, "", Repeat(500, call));
        await flood.GoesOnAsync(Token);

        await AssertAnsweredAsync(gateway, wire);

        await flood.GoesOnAsync(Token);
    }

    /// <summary>Bodies without end, in pieces as large or as small as can be.</summary>
    [Theory]
    [InlineData("Content-Length: 250000000", 1, 64 * 1024)]
    [InlineData("Transfer-Encoding: chunked", 10_000, 1)]
    [InlineData("Transfer-Encoding: chunked", 4, 16 * 1024)]
    public async Task Call_BesideAHugeUpload_IsAnswered(string framing, int pieces, int length)
    {
        await using var gateway = await StartAsync("--max-request-size", "256MiB");
        using var wire = await StreamableHttpWire.ConnectAsync(gateway.Mcp, Token);
        var text = new string('x', length);
        var piece = framing.Contains("chunked", StringComparison.Ordinal) ? $"{length:x}\r\n{text}\r\n" : text;
        await using var flood = new FloodingClient(gateway.Root, RawRequest.Head("POST /mcp", $"{Json}{framing}\r\n"), Repeat(pieces, piece));
        await flood.GoesOnAsync(Token);

        await AssertAnsweredAsync(gateway, wire);

        await flood.GoesOnAsync(Token);
    }

    [Theory]
    [InlineData(StreamableHttpWire.BothTypes)]
    [InlineData("application/json")]
    public async Task Call_BesideHugeResults_IsAnswered(string accept)
    {
        await using var gateway = await StartAsync("--named-server", "other", Backends.CommandString(Backends.Sample));
        using var wire = await StreamableHttpWire.ConnectAsync(gateway.Mcp, Token);
        using var large = await StreamableHttpWire.ConnectAsync(gateway.Named("other", "mcp"), Token);

        for (var i = 0; i < LargeResults; i++)
        {
            var result = ReadLargeResultAsync(large, accept);
            do
            {
                await AssertAnsweredAsync(gateway, wire);
            }
            while (!result.IsCompleted);

            await result;
        }
    }

    [Theory]
    [InlineData(nameof(LoudServers.Garbage))]
    [InlineData(nameof(LoudServers.Notifications))]
    [InlineData(nameof(LoudServers.Errors))]
    public async Task Call_BesideALoudServer_IsAnswered(string server)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Needs a POSIX shell.");
        using var servers = new LoudServers();
        await using var gateway = await StartAsync([.. BadServers.Named("loud", servers.Named(server))]);
        using var wire = await StreamableHttpWire.ConnectAsync(gateway.Mcp, Token);

        // Its client reads all that it is told.
        using var listening = await StreamableHttpWire.ConnectAsync(gateway.Named("loud", "mcp"), Token);
        using var stream = await listening.GetStreamAsync(Token);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var reading = Task.Run(() => ReadAllAsync(stream, ending.Token), Token);

        await AssertAnsweredAsync(gateway, wire);

        Assert.False(reading.IsCompleted);
        await ending.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading);
    }

    /// <summary>The calls of a session that was there before, and of a new one.</summary>
    private static async Task AssertAnsweredAsync(McpProxyProcess gateway, StreamableHttpWire wire)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(Token);
        deadline.CancelAfter(Starved);
        var answered = 0;
        try
        {
            for (; answered < Calls; answered++)
            {
                Assert.Equal(answered, await EchoAsync(wire, answered, deadline.Token));
            }

            using var late = await StreamableHttpWire.ConnectAsync(gateway.Mcp, deadline.Token);
            Assert.Equal(answered, await EchoAsync(late, answered, deadline.Token));
        }
        catch (OperationCanceledException expired) when (!Token.IsCancellationRequested)
        {
            throw new TimeoutException($"Within {Starved.TotalSeconds} s no more than {answered} calls were answered.", expired);
        }
    }

    private static async Task<int?> EchoAsync(StreamableHttpWire wire, int value, CancellationToken cancellationToken) =>
        (int?)(await wire.CallAsync(value, "echo", new { value }, cancellationToken))["result"]!["structuredContent"]!["value"];

    private static async Task ReadLargeResultAsync(StreamableHttpWire wire, string accept)
    {
        var answer = await wire.PostAsync(Rpc.Call(1, "large_result", new { bytes = LargeBytes }), Token, accept);
        Assert.InRange(answer.Body.Length, LargeBytes, 2 * LargeBytes);
    }

    private static async Task ReadAllAsync(EventStream stream, CancellationToken cancellationToken)
    {
        while (await stream.ReadAsync(cancellationToken) is not null)
        {
            // It goes on and on.
        }
    }

    private static string Repeat(int count, string text) => new StringBuilder().Insert(0, text, count).ToString();

    // What it logs of a flood is a flood, which nobody here wants to read.
    private static Task<McpProxyProcess> StartAsync(params string[] options) => McpProxyProcess.StartAsync(
        ["--port", "0", "--log-level", "CRITICAL", .. options, "--", .. Backends.Sample],
        Token,
        start => start.Environment["DOTNET_SYSTEM_NET_SOCKETS_THREAD_COUNT"] = "1");
}
