using System.Net.Sockets;
using McpProxy.Bridge.Stdio;

namespace McpProxy.Bridge.Tests.Stdio;

public sealed class WaitingInputTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Read_EndThatDoesNotWait_WaitsForWhatComesAndForTheEnd()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The console is read there.");
        using var pair = await SocketPair.ConnectAsync(Token);
        await using var input = new WaitingInput(pair.End);
        var buffer = new byte[8];

        var first = Task.Run(() => input.Read(buffer), Token);
        await pair.Host.SendAsync("{}\n"u8.ToArray(), Token);
        var length = await first;
        var second = Task.Run(() => input.Read(buffer), Token);
        pair.Host.Shutdown(SocketShutdown.Both);

        Assert.Equal("{}\n"u8, buffer.AsSpan(0, length));
        Assert.Equal(0, await second);
    }
}
