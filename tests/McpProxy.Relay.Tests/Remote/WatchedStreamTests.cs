using System.IO.Compression;
using McpProxy.Relay.Remote;
using McpProxy.Relay.Tests.Transports;

namespace McpProxy.Relay.Tests.Remote;

public sealed class WatchedStreamTests
{
    private static readonly TimeSpan Idle = TimeSpan.FromMinutes(1);

    private readonly ManualTimeProvider _time = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact(Timeout = Eventually.Deadline)]
    public async Task ReadAsync_SilentForTooLong_ClosesTheStreamAndFails()
    {
        var inner = new PendingStream();
        await using var stream = new WatchedStream(inner, 100, Idle, () => true, _time);
        var read = stream.ReadAsync(new byte[10], Token).AsTask();

        await _time.AdvanceAsync(Idle, Token);

        await Assert.ThrowsAsync<IOException>(() => read);
        Assert.True(inner.IsDisposed);
    }

    [Fact(Timeout = Eventually.Deadline)]
    public async Task ReadAsync_SilentWhileSomebodyWaits_LosesNothing()
    {
        var inner = new PendingStream();
        await using var stream = new WatchedStream(inner, 100, Idle, () => false, _time);
        var read = stream.ReadAsync(new byte[10], Token).AsTask();

        await _time.AdvanceAsync(Idle, Token);
        await _time.AdvanceAsync(Idle, Token);
        inner.Complete(7);

        Assert.Equal(7, await read);
    }

    /// <summary>Until then the buffer is in use; who gave it could lend it to somebody else.</summary>
    [Fact(Timeout = Eventually.Deadline)]
    public async Task ReadAsync_Cancelled_EndsWhenTheReadHasEnded()
    {
        var inner = new PendingStream { HeedsCancellation = false };
        await using var stream = new WatchedStream(inner, 100, Idle, () => true, _time);
        using var stop = new CancellationTokenSource();
        var read = stream.ReadAsync(new byte[10], stop.Token).AsTask();

        await stop.CancelAsync();

        Assert.False(read.IsCompleted);
        inner.Fail(new OperationCanceledException());
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => read);
    }

    [Fact(Timeout = Eventually.Deadline)]
    public async Task ReadAsync_InnerTimesOut_IsThatError()
    {
        var inner = new PendingStream();
        await using var stream = new WatchedStream(inner, 100, Idle, () => false, _time);
        var read = stream.ReadAsync(new byte[10], Token).AsTask();

        inner.Fail(new TimeoutException());

        await Assert.ThrowsAsync<TimeoutException>(() => read);
    }

    [Fact(Timeout = Eventually.Deadline)]
    public async Task ReadAsync_NoIdleTimeout_Waits()
    {
        var inner = new PendingStream();
        await using var stream = new WatchedStream(inner, 100, Timeout.InfiniteTimeSpan, () => true, _time);
        var read = stream.ReadAsync(new byte[10], Token).AsTask();

        _time.Advance(TimeSpan.FromDays(1));
        inner.Complete(3);

        Assert.Equal(3, await read);
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("br")]
    [InlineData("deflate")]
    public async Task Read_BodyThatIsNotWhatItsEncodingSays_IsAnIOException(string encoding)
    {
        var garbage = new MemoryStream(System.Text.Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(RemoteFixture.Result("1"), 20))));
        await using Stream decoded = encoding switch
        {
            "gzip" => new GZipStream(garbage, CompressionMode.Decompress),
            "br" => new BrotliStream(garbage, CompressionMode.Decompress),
            _ => new ZLibStream(garbage, CompressionMode.Decompress),
        };
        await using var stream = new WatchedStream(decoded, 4096, TimeSpan.Zero, () => true, TimeProvider.System);

        await Assert.ThrowsAsync<IOException>(() => stream.CopyToAsync(Stream.Null, TestContext.Current.CancellationToken));
    }

    [Fact(Timeout = Eventually.Deadline)]
    public async Task ReadAsync_TooMuchUnseen_FailsUnlessRestarted()
    {
        await using var stream = new WatchedStream(new MemoryStream(new byte[1_000_000]), 100_000, Idle, () => true, _time);
        var buffer = new byte[90_000];
        for (var i = 0; i < 5; i++)
        {
            Assert.Equal(buffer.Length, await stream.ReadAsync(buffer, Token));
            stream.Restart();
        }

        await Assert.ThrowsAsync<RemoteException>(async () =>
        {
            while (true)
            {
                Assert.Equal(buffer.Length, await stream.ReadAsync(buffer, Token));
            }
        });
    }

    private sealed class PendingStream : TestStream
    {
        private readonly TaskCompletionSource<int> _read = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public bool HeedsCancellation { get; init; } = true;

        public bool IsDisposed { get; private set; }

        public void Complete(int bytes) => _read.SetResult(bytes);

        public void Fail(Exception exception) => _read.SetException(exception);

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            await _read.Task.WaitAsync(HeedsCancellation ? cancellationToken : CancellationToken.None);

        protected override void Dispose(bool disposing)
        {
            IsDisposed = true;
            _read.TrySetException(new ObjectDisposedException(nameof(PendingStream)));
            base.Dispose(disposing);
        }
    }
}
