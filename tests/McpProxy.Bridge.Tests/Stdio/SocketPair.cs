using System.Net;
using System.Net.Sockets;
using Microsoft.Win32.SafeHandles;

namespace McpProxy.Bridge.Tests.Stdio;

/// <summary>Two sockets that are connected: some hosts have such for pipes.</summary>
internal sealed class SocketPair : IDisposable
{
    private readonly Socket _end;

    private SocketPair(Socket end, Socket host) => (_end, Host) = (end, host);

    /// <summary>The program's, which does not wait (O_NONBLOCK).</summary>
    public SafeFileHandle End => new(_end.Handle, ownsHandle: false);

    /// <summary>The host's.</summary>
    public Socket Host { get; }

    /// <summary>Connects two.</summary>
    public static async Task<SocketPair> ConnectAsync(CancellationToken cancellationToken)
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        var end = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await end.ConnectAsync(listener.LocalEndPoint!, cancellationToken); // What .NET does asynchronously, it does with O_NONBLOCK.
        return new SocketPair(end, await listener.AcceptAsync(cancellationToken));
    }

    public void Dispose()
    {
        _end.Dispose();
        Host.Dispose();
    }
}
