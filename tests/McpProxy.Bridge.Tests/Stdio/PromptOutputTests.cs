using System.IO.Pipes;
using System.Net.Sockets;
using McpProxy.Bridge.Stdio;
using Microsoft.Win32.SafeHandles;

namespace McpProxy.Bridge.Tests.Stdio;

public sealed class PromptOutputTests : IDisposable
{
    private const int Chunk = 4096;

    private readonly AnonymousPipeServerStream _end = new(PipeDirection.Out);
    private readonly AnonymousPipeClientStream _reader;
    private readonly PromptOutput _output;

    public PromptOutputTests()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Elsewhere another thread writes.");
        _reader = new AnonymousPipeClientStream(PipeDirection.In, _end.ClientSafePipeHandle);
        _output = new PromptOutput(new SafeFileHandle(_end.SafePipeHandle.DangerousGetHandle(), ownsHandle: false));
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _output.Dispose();
        _end.Dispose();
        _reader.Dispose();
    }

    [Fact]
    public void WriteAsync_PipeHasRoom_WritesAtOnce()
    {
        var writing = _output.WriteAsync("{}\n"u8.ToArray(), Token).AsTask();
        var flushing = _output.FlushAsync(Token);

        Assert.True(writing.IsCompletedSuccessfully && flushing.IsCompletedSuccessfully);
        var read = new byte[8];
        Assert.Equal("{}\n"u8, read.AsSpan(0, _reader.Read(read)));
    }

    [Theory]
    [InlineData(Chunk)]
    [InlineData(1000)]
    public async Task WriteAsync_NobodyReads_WaitsWithoutTheCaller(int size)
    {
        var written = 0;
        Task writing;
        do
        {
            writing = _output.WriteAsync(new byte[size], Token).AsTask();
            written += size;
        }
        while (writing.IsCompleted);

        _reader.ReadExactly(new byte[written]);

        await writing;
    }

    [Fact]
    public async Task WriteAsync_MoreThanThePipeHolds_WaitsWithoutTheCaller()
    {
        var writing = _output.WriteAsync(new byte[100 * Chunk], Token).AsTask();

        _reader.ReadExactly(new byte[100 * Chunk]);

        await writing;
    }

    [Theory]
    [InlineData(1000)]
    [InlineData(10_000 * Chunk)]
    public async Task WriteAsync_EndThatDoesNotWaitIsFull_WritesAllOfIt(int size)
    {
        using var pair = await SocketPair.ConnectAsync(Token);
        using var stream = new NetworkStream(pair.Host);
        await using var output = new PromptOutput(pair.End);
        var written = 0;
        Task writing;
        do
        {
            writing = output.WriteAsync(new byte[size], Token).AsTask();
            written += size;
        }
        while (writing.IsCompletedSuccessfully);

        var reading = stream.ReadExactlyAsync(new byte[written], Token).AsTask();

        await writing;
        await reading;
    }

    [Fact]
    public async Task WriteAsync_ReaderIsGone_Fails()
    {
        _reader.Dispose();

        var failure = await Assert.ThrowsAsync<IOException>(async () => await _output.WriteAsync("{}\n"u8.ToArray(), Token));

        Assert.True(PromptOutput.IsReaderGone(failure));
    }

    [Fact]
    public async Task WriteAsync_NoSpaceIsLeft_FailsForThatReason()
    {
        using var full = File.OpenHandle("/dev/full", FileMode.Open, FileAccess.Write);
        await using var output = new PromptOutput(full);

        var failure = await Assert.ThrowsAsync<IOException>(async () => await output.WriteAsync("{}\n"u8.ToArray(), Token));

        Assert.False(PromptOutput.IsReaderGone(failure));
    }

    [Fact]
    public async Task Write_RegularFileThatOthersWriteTo_GoesOnWhereTheyStopped()
    {
        var path = Path.GetTempFileName();
        await using (var file = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0))
        await using (var output = new PromptOutput(new SafeFileHandle(file.SafeFileHandle.DangerousGetHandle(), ownsHandle: false)))
        await using (var other = new PromptOutput(new SafeFileHandle(file.SafeFileHandle.DangerousGetHandle(), ownsHandle: false)))
        {
            await output.WriteAsync("a"u8.ToArray(), Token);
            other.Write("b"u8);
            await output.WriteAsync(new byte[2 * Chunk], Token);
            other.Write("c"u8);
        }

        Assert.Equal($"ab{new string('\0', 2 * Chunk)}c", await File.ReadAllTextAsync(path, Token));
        File.Delete(path);
    }
}
