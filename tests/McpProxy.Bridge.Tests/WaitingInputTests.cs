using System.Net;
using System.Net.Sockets;
using Microsoft.Win32.SafeHandles;

namespace McpProxy.Bridge.Tests;

public sealed class WaitingInputTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Read_EndThatDoesNotWait_WaitsForWhatComesAndForTheEnd()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The console is read there.");
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        using var end = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await end.ConnectAsync(listener.LocalEndPoint!, Token); // What .NET does asynchronously, it does with O_NONBLOCK.
        using var host = await listener.AcceptAsync(Token);
        await using var input = new WaitingInput(new SafeFileHandle(end.Handle, ownsHandle: false));
        var buffer = new byte[8];

        var first = Task.Run(() => input.Read(buffer), Token);
        await host.SendAsync("{}\n"u8.ToArray(), Token);
        var length = await first;
        var second = Task.Run(() => input.Read(buffer), Token);
        host.Shutdown(SocketShutdown.Both);

        Assert.Equal("{}\n"u8, buffer.AsSpan(0, length));
        Assert.Equal(0, await second);
    }
}
