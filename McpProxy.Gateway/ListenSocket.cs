using System.Net;
using System.Net.Sockets;
using McpProxy.Relay.Transports;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace McpProxy.Gateway;

/// <summary>The socket that clients connect to. What is set here, each connection has.</summary>
internal static class ListenSocket
{
    /// <summary>Makes it.</summary>
    public static Socket Create(EndPoint endpoint)
    {
        var socket = SocketTransportOptions.CreateDefaultBoundListenSocket(endpoint);
        if (endpoint is IPEndPoint)
        {
            TcpKeepAlive.Enable(socket);
        }

        return socket;
    }
}
