using System.Net;
using System.Net.Sockets;
using McpProxy.Relay.Transports;

namespace McpProxy.Relay.Tests.Transports;

public sealed class TcpKeepAliveTests
{
    private const int TcpUserTimeout = 18;

    [Fact]
    public async Task Enable_ConnectionThatWasMade_LimitsItsSilenceAndWhatIsNotAcknowledged()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var client = new TcpClient();
        await client.ConnectAsync((IPEndPoint)listener.LocalEndpoint, TestContext.Current.CancellationToken);

        TcpKeepAlive.Enable(client.Client);

        AssertEnabled(client.Client);
    }

    [Fact]
    public async Task Enable_Listener_HoldsForWhatItAccepts()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Elsewhere it need not be inherited.");
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        TcpKeepAlive.Enable(listener.Server);
        listener.Start();
        using var client = new TcpClient();
        await client.ConnectAsync((IPEndPoint)listener.LocalEndpoint, TestContext.Current.CancellationToken);

        using var accepted = await listener.AcceptSocketAsync(TestContext.Current.CancellationToken);

        AssertEnabled(accepted);
    }

    private static void AssertEnabled(Socket socket)
    {
        Assert.NotEqual(0, socket.GetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive));
        Assert.Equal(30, socket.GetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime));
        Assert.Equal(10, socket.GetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval));
        Assert.Equal(3, socket.GetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount));
        if (OperatingSystem.IsLinux())
        {
            var milliseconds = new byte[sizeof(int)];
            socket.GetRawSocketOption((int)SocketOptionLevel.Tcp, TcpUserTimeout, milliseconds);
            Assert.Equal(60_000, BitConverter.ToInt32(milliseconds));
        }
    }
}
