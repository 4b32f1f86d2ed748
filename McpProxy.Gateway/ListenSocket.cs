using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace McpProxy.Gateway;

/// <summary>The socket that clients connect to. What is set here, each connection has.</summary>
internal static class ListenSocket
{
    /// <summary>Linux: how long what was sent may stay unacknowledged; the system's own limit is a quarter of an hour.</summary>
    private const int TcpUserTimeout = 18;

    private const int TcpLevel = 6;
    private const int IdleSeconds = 30;
    private const int ProbeSeconds = 10;
    private const int Probes = 3;

    /// <summary>Makes it: a client that vanishes without a word is missed after a minute, whether something is being sent to it or not.</summary>
    public static Socket Create(EndPoint endpoint)
    {
        var socket = SocketTransportOptions.CreateDefaultBoundListenSocket(endpoint);
        if (endpoint is not IPEndPoint)
        {
            return socket;
        }

        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, IdleSeconds);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, ProbeSeconds);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, Probes);
        if (OperatingSystem.IsLinux())
        {
            socket.SetRawSocketOption(TcpLevel, TcpUserTimeout, BitConverter.GetBytes((IdleSeconds + (ProbeSeconds * Probes)) * 1000));
        }

        return socket;
    }
}
