using System.IO.Pipes;
using Microsoft.Win32.SafeHandles;

namespace McpProxy.Bridge.Tests;

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

    [Fact]
    public async Task WriteAsync_ReaderIsGone_Fails()
    {
        _reader.Dispose();

        await Assert.ThrowsAsync<IOException>(async () => await _output.WriteAsync("{}\n"u8.ToArray(), Token));
    }
}
