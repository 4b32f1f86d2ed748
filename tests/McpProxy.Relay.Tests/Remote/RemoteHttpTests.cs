using System.Globalization;
using System.Net;
using System.Net.Sockets;
using McpProxy.Relay.Remote;

namespace McpProxy.Relay.Tests.Remote;

public sealed class RemoteHttpTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    // Linux tells of each connection which timer runs for it: 2 is TCP keep-alive (proc(5), /proc/net/tcp).
    [Fact(Timeout = Eventually.Deadline)]
    public async Task Connection_IsProbedByTheSystem()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Needs /proc/net/tcp.");
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var http = new HttpMessageInvoker(RemoteHttp.Create(new RemoteHttpOptions()));
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri($"http://{listener.LocalEndpoint}/"));

        var answer = http.SendAsync(request, Token);
        using var accepted = await listener.AcceptTcpClientAsync(Token);
        await accepted.GetStream().WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"u8.ToArray(), Token);
        using var response = await answer;

        var (server, client) = (Port(accepted.Client.LocalEndPoint!), Port(accepted.Client.RemoteEndPoint!));
        await Eventually.TrueAsync(() => Connections().Any(row => row[1].EndsWith(client, StringComparison.Ordinal) && row[2].EndsWith(server, StringComparison.Ordinal) && row[5].StartsWith("02:", StringComparison.Ordinal)), Token);
    }

    private static IEnumerable<string[]> Connections() =>
        File.ReadLines("/proc/net/tcp").Concat(File.Exists("/proc/net/tcp6") ? File.ReadLines("/proc/net/tcp6") : []).Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries));

    private static string Port(EndPoint endpoint) => ":" + ((IPEndPoint)endpoint).Port.ToString("X4", CultureInfo.InvariantCulture);
}
