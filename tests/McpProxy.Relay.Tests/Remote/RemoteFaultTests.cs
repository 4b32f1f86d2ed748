using System.Net.Sockets;
using McpProxy.Relay.Remote;

namespace McpProxy.Relay.Tests.Remote;

public sealed class RemoteFaultTests
{
    public static TheoryData<Exception, string> Exceptions => new()
    {
        { new RemoteException(RemoteFault.TooLarge), nameof(RemoteFault.TooLarge) },
        { new HttpRequestException(HttpRequestError.NameResolutionError), nameof(RemoteFault.UnknownHost) },
        { new HttpRequestException(HttpRequestError.ConnectionError, inner: new SocketException((int)SocketError.ConnectionRefused)), nameof(RemoteFault.Unreachable) },
        { new HttpRequestException(HttpRequestError.SecureConnectionError), nameof(RemoteFault.Tls) },
        { new HttpRequestException(HttpRequestError.ProxyTunnelError), nameof(RemoteFault.HttpProxy) },
        { new HttpRequestException("x", new RemoteException(RemoteFault.Tls)), nameof(RemoteFault.Tls) },
        { new HttpRequestException("x", new IOException("x", new SocketException((int)SocketError.ConnectionReset))), nameof(RemoteFault.ConnectionLost) },
        { new HttpRequestException(HttpRequestError.ResponseEnded), nameof(RemoteFault.ConnectionLost) },
        { new HttpIOException(HttpRequestError.ResponseEnded), nameof(RemoteFault.ConnectionLost) },
        { new IOException("x", new SocketException((int)SocketError.ConnectionReset)), nameof(RemoteFault.ConnectionLost) },
        { new TaskCanceledException("x", new TimeoutException()), nameof(RemoteFault.ConnectTimeout) },
    };

    [Theory]
    [MemberData(nameof(Exceptions))]
    public void Of_Exception_SaysWhatHappened(Exception exception, string fault) =>
        Assert.Equal(typeof(RemoteFault).GetField(fault)!.GetValue(null), RemoteFault.Of(exception));
}
