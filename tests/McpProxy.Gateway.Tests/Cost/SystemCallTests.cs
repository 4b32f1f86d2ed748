using McpProxy.Gateway.Tests.Harness;

namespace McpProxy.Gateway.Tests.Cost;

/// <summary>How many system calls the gateway makes for a call. One more for each is too many.</summary>
public sealed class SystemCallTests
{
    private const string Both = "application/json, text/event-stream";

    /// <summary>Waking threads is the machine's affair; measured: 0.1 to 0.8.</summary>
    private const double MaxFutexCalls = 4;

    /// <summary>
    /// Measured: 8.0. The POST is read, and looked after, whether more has come; the call is written to the child, its answer read, and looked
    /// after; the response is sent; and there are two waits between.
    /// </summary>
    [Fact]
    public Task Calls_OneAfterTheOther_TakeAsManySystemCallsAsMeasured() => CheckAsync(clients: 1, calls: 500, limit: 8.9);

    /// <summary>Measured: 5.0. What comes together is read, written and waited for together.</summary>
    [Fact]
    public Task Calls_OfManySessionsAtOnce_TakeFewer() => CheckAsync(clients: 16, calls: 250, limit: 7);

    private static async Task CheckAsync(int clients, int calls, double limit)
    {
        Assert.SkipUnless(SystemCalls.CanBeCounted, "Counts with strace, which is not on the PATH.");
        await using var gateway = await MeasuredGateway.StartAsync();
        var sessions = new List<PlainClient>();
        try
        {
            for (var i = 0; i < clients; i++)
            {
                sessions.Add(await PlainClient.ConnectAsync(gateway.Port, Both));
            }

            await CallAsync(sessions, calls);
            Check(await SystemCalls.CountAsync(gateway, () => CallAsync(sessions, calls)), clients * calls, limit);
        }
        finally
        {
            sessions.ForEach(session => session.Dispose());
        }
    }

    private static void Check(IReadOnlyDictionary<string, int> counts, double calls, double limit)
    {
        var futex = counts["futex"] / calls;
        var others = (counts.Values.Sum() / calls) - futex;
        var said = $"{others:F2} a call: {string.Join(", ", counts.Where(count => count.Value > 0).Select(count => $"{count.Key} {count.Value / calls:F2}"))}";
        TestContext.Current.TestOutputHelper?.WriteLine(said);

        Assert.True(counts["sendto"] + counts["sendmsg"] <= calls * 1.05, $"More than one send a response: {said}");
        Assert.True(others <= limit, $"More than {limit} besides futex: {said}");
        Assert.True(futex <= MaxFutexCalls, $"More than {MaxFutexCalls} futex: {said}");
    }

    private static Task CallAsync(IEnumerable<PlainClient> sessions, int calls) => Task.WhenAll(sessions.Select(session => CallAsync(session, calls)));

    private static async Task CallAsync(PlainClient session, int calls)
    {
        var call = session.Post(Rpc.Call("echo", """{"text":"hello, world"}""", "1234567"));
        for (var i = 0; i < calls; i++)
        {
            await session.ExchangeAsync(call);
        }
    }
}
