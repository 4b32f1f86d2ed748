using System.Globalization;
using System.Text;
using McpProxy.Bridge.Stdio;
using McpProxy.Relay.Tests;
using McpProxy.Relay.Tests.Transports;

namespace McpProxy.Bridge.Tests.Stdio;

public sealed class BacklogWriterTests : IDisposable
{
    private readonly FullStream _output = new();
    private readonly BacklogWriter _writer;

    public BacklogWriterTests() => _writer = new BacklogWriter(_output, Encoding.UTF8);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _output.Release();
        _writer.Dispose();
        _output.Dispose();
    }

    [Fact]
    public async Task WriteLine_StreamHasRoom_AllIsWrittenInOrderBeforeTheEnd()
    {
        _output.Release();

        _writer.WriteLine("é");
        await _writer.WriteLineAsync("b");
        _writer.Write('c');
        await _writer.DisposeAsync();

        Assert.Equal($"é{_writer.NewLine}b{_writer.NewLine}c", _output.Text);
    }

    [Fact(Timeout = Eventually.Deadline)]
    public async Task WriteLine_StreamIsFullForAWhile_TheNewestLinesAreKeptAndTheOthersCounted()
    {
        const int Count = 1000;
        const int Kept = 512;
        await FillAsync();

        for (var i = 1; i <= Count; i++)
        {
            _writer.WriteLine(i.ToString(CultureInfo.InvariantCulture).PadRight(1024 - _writer.NewLine.Length));
        }

        _output.Release();
        await _writer.DisposeAsync();

        var lines = _output.Text.Split(_writer.NewLine).Select(line => line.TrimEnd()).ToList();
        Assert.Equal(["first", $"mcp-proxy: warning: lines dropped here, because nobody read them: {Count - Kept}"], lines[..2]);
        Assert.Equal([.. Enumerable.Range(Count - Kept + 1, Kept).Select(i => $"{i}"), ""], lines[2..]);
    }

    [Fact(Timeout = Eventually.Deadline)]
    public async Task WriteLine_ALineThatIsTooLong_IsWrittenNevertheless()
    {
        await FillAsync();
        var line = new string('x', 1024 * 1024);

        _writer.WriteLine("dropped");
        _writer.WriteLine(line);
        _output.Release();
        await _writer.DisposeAsync();

        Assert.Contains("nobody read them: 1", _output.Text, StringComparison.Ordinal);
        Assert.EndsWith(line + _writer.NewLine, _output.Text, StringComparison.Ordinal);
    }

    [Fact(Timeout = Eventually.Deadline)]
    public async Task Dispose_StreamStaysFull_WaitsNoLonger()
    {
        await FillAsync();
        _writer.WriteLine("last");

        await _writer.DisposeAsync();

        Assert.Empty(_output.Text);
    }

    [Fact(Timeout = Eventually.Deadline)]
    public async Task WriteLine_StreamFails_ThrowsNothingAndIsTriedAgain()
    {
        _output.Release();
        _output.Fails = true;
        _writer.WriteLine("lost");
        await _output.Entered.WaitAsync(Token);
        _output.Fails = false;

        _writer.WriteLine("written");
        await _writer.DisposeAsync();

        Assert.EndsWith($"written{_writer.NewLine}", _output.Text, StringComparison.Ordinal);
    }

    /// <summary>The first line is being written, and will be for as long as the stream is full.</summary>
    private async Task FillAsync()
    {
        _writer.WriteLine("first");
        await _output.Entered.WaitAsync(Token);
    }

    /// <summary>Keeps its writer waiting until it is released.</summary>
    private sealed class FullStream : TestStream
    {
        private readonly ManualResetEventSlim _room = new();
        private readonly MemoryStream _written = new();
        private volatile bool _fails;

        public SemaphoreSlim Entered { get; } = new(0);

        public bool Fails
        {
            set => _fails = value;
        }

        public string Text => Encoding.UTF8.GetString(_written.ToArray());

        public void Release() => _room.Set();

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            var fails = _fails;
            Entered.Release();
            _room.Wait(CancellationToken.None);
            if (fails)
            {
                throw new IOException("Broken pipe");
            }

            _written.Write(buffer);
        }
    }
}
