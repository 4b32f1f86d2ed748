using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using McpProxy.EndToEnd.Tests.Wire;

namespace McpProxy.EndToEnd.Tests.Bridge;

/// <summary>What a server says at once reaches the host at once: each write alone would wake it up.</summary>
public sealed class BurstTests
{
    private const int Notifications = 1000;
    private const int Bursts = 3;

    /// <summary>Measured: 3 to 5 once it is known that waiting for the end of a turn is of use; up to 32 before.</summary>
    private const int MaxWrites = 100;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Progress_ManyAtOnce_IsWrittenTogetherAndInOrder()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Needs /proc.");
        await using var server = await RemoteServer.StartAsync(Token);
        server.Script = async (context, request) =>
        {
            if (request.Rpc == "tools/call")
            {
                await RemoteServer.EventsAsync(context, Burst(request.Id));
                return true;
            }

            return false;
        };
        await using var bridge = await BridgeHost.ConnectAsync(Token, server.Mcp.AbsoluteUri);

        var writes = new List<int>();
        for (var id = 1; id <= Bursts; id++)
        {
            var before = Writes(bridge.Id);
            await bridge.RequestAsync($$$"""{"jsonrpc":"2.0","id":{{{id}}},"method":"tools/call","params":{"_meta":{"progressToken":7},"name":"x"}}""", id, Token);
            writes.Add(Writes(bridge.Id) - before);
        }

        Assert.True(writes.Min() <= MaxWrites, $"Writes a burst: {string.Join(", ", writes)}");
        Assert.Equal(
            Enumerable.Repeat(Enumerable.Range(0, Notifications), Bursts).SelectMany(static burst => burst),
            bridge.Lines.Select(static line => JsonNode.Parse(line)!).Where(Rpc.Method("notifications/progress")).Select(static line => (int)line["params"]!["progress"]!));
    }

    private static string Burst(string id)
    {
        var events = new StringBuilder();
        for (var i = 0; i < Notifications; i++)
        {
            events.Append(
                CultureInfo.InvariantCulture,
                $"data: {{\"jsonrpc\":\"2.0\",\"method\":\"notifications/progress\",\"params\":{{\"progressToken\":7,\"progress\":{i}}}}}\n\n");
        }

        return events.Append(CultureInfo.InvariantCulture, $"data: {{\"jsonrpc\":\"2.0\",\"id\":{id},\"result\":{{}}}}\n\n").ToString();
    }

    /// <summary>How many write system calls a process has made: the last word of its line in /proc/PID/io.</summary>
    private static int Writes(int processId) => int.Parse(
        File.ReadLines($"/proc/{processId}/io").Single(static line => line.StartsWith("syscw:", StringComparison.Ordinal))["syscw:".Length..],
        NumberStyles.AllowLeadingWhite,
        CultureInfo.InvariantCulture);
}
