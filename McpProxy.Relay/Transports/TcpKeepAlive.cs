using System.Net.Sockets;

namespace McpProxy.Relay.Transports;

/// <summary>
/// Finds the TCP connections whose peer has vanished without a word: they end after a minute, whether something is being sent or not. The
/// system's own limits are a quarter of an hour and two hours.
/// </summary>
/// <remarks>
/// On Linux this also cuts a peer that lives but reads nothing for a minute, while its buffers are full and more is to come: the limit on what
/// was sent counts the time of a closed window, too (seen on 6.18; without the limit such a peer is never cut). It stays, because peers that
/// vanish in the middle of a call are far more frequent, and would be found after a quarter of an hour only; before Linux 6.15 nothing else
/// bounds that for one socket.
/// </remarks>
public static class TcpKeepAlive
{
    /// <summary>How long a connection may be silent before the peer is asked whether it is there.</summary>
    public static readonly TimeSpan IdleTime = TimeSpan.FromSeconds(30);

    /// <summary>Linux: for how many milliseconds what was sent may stay unacknowledged (tcp(7), TCP_USER_TIMEOUT).</summary>
    private const int TcpUserTimeout = 18;

    private static readonly TimeSpan ProbeInterval = TimeSpan.FromSeconds(10);

    private const int Probes = 3;

    /// <summary>
    /// Enables it for a connection, or for all that a listener will accept. A socket that is to connect has to be connected first: before, the
    /// limit would also be one for connecting, and a second address would not be tried.
    /// </summary>
    public static void Enable(Socket socket)
    {
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, (int)IdleTime.TotalSeconds);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, (int)ProbeInterval.TotalSeconds);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, Probes);
        if (OperatingSystem.IsLinux())
        {
            var limit = IdleTime + (ProbeInterval * Probes);
            socket.SetRawSocketOption((int)SocketOptionLevel.Tcp, TcpUserTimeout, BitConverter.GetBytes((int)limit.TotalMilliseconds));
        }
    }
}
