using System.Globalization;
using System.Net;
using System.Net.Sockets;
using McpProxy.EndToEnd.Tests.Harness;

namespace McpProxy.EndToEnd.Tests.Http;

/// <summary>Connections whose client is gone without a word.</summary>
public sealed class KeepAliveTests
{
    // Linux tells of each connection which timer runs for it: 2 is TCP keep-alive (proc(5), /proc/net/tcp).
    [Fact]
    public async Task Connection_IsProbedByTheSystem()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Needs /proc/net/tcp.");
        await using var gateway = await McpProxyProcess.ServeAsync(Backends.Sample, TestContext.Current.CancellationToken);
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, gateway.Root.Port, TestContext.Current.CancellationToken);
        var (ours, theirs) = (Port(client.Client.LocalEndPoint!), Port(client.Client.RemoteEndPoint!));

        await Wait.UntilAsync(
            () => File.ReadLines("/proc/net/tcp").Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
                .Any(row => row[1].EndsWith(theirs, StringComparison.Ordinal) && row[2].EndsWith(ours, StringComparison.Ordinal) && row[5].StartsWith("02:", StringComparison.Ordinal)),
            () => File.ReadAllText("/proc/net/tcp"),
            TestContext.Current.CancellationToken);

        static string Port(EndPoint endpoint) => ":" + ((IPEndPoint)endpoint).Port.ToString("X4", CultureInfo.InvariantCulture);
    }
}
