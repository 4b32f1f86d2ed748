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

    [Theory(Timeout = Eventually.Deadline)]
    [InlineData(true)]
    [InlineData(false)]
    public async Task SendAsync_UsesPool_ConnectionIsReadOnThePool(bool usesPool)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var handler = Assert.IsType<DelegatingHandler>(RemoteHttp.Create(new RemoteHttpOptions { UsesPool = usesPool }), exactMatch: false);
        Stream? connection = null;
        Assert.IsType<SocketsHttpHandler>(handler.InnerHandler).PlaintextStreamFilter = (context, _) => ValueTask.FromResult(connection = context.PlaintextStream);
        using var http = new HttpMessageInvoker(handler);
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri($"http://{listener.LocalEndpoint}/"));

        var answer = http.SendAsync(request, Token);
        using var accepted = await listener.AcceptTcpClientAsync(Token);
        await accepted.GetStream().WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"u8.ToArray(), Token);
        using var response = await answer;

        Assert.Equal("ok", await response.Content.ReadAsStringAsync(Token));
        Assert.Equal(usesPool, connection is PoolNetworkStream);
    }

    private static IEnumerable<string[]> Connections() =>
        File.ReadLines("/proc/net/tcp").Concat(File.Exists("/proc/net/tcp6") ? File.ReadLines("/proc/net/tcp6") : []).Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries));

    private static string Port(EndPoint endpoint) => ":" + ((IPEndPoint)endpoint).Port.ToString("X4", CultureInfo.InvariantCulture);
}
