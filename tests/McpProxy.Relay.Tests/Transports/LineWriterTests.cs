using System.Text;
using McpProxy.Relay.Messages;
using McpProxy.Relay.Transports;

namespace McpProxy.Relay.Tests.Transports;

public sealed class LineWriterTests : IAsyncDisposable
{
    private const int Megabyte = 1024 * 1024;

    private readonly MessagePool _pool = new();
    private readonly GatedOutput _output = new();
    private readonly LineTransport _transport;

    public LineWriterTests() => _transport = new LineTransport(Stream.Null, _output, _pool, Megabyte);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        await _transport.DisposeAsync();
        await Eventually.TrueAsync(() => _pool.Outstanding == 0, Token);
    }

    [Fact(Timeout = Eventually.Deadline)]
    public async Task SendAsync_Idle_WritesAtOnceAndGivesTheBufferBack()
    {
        Assert.True(await SendAsync(Wire.Json(50), Token));

        Assert.Equal(Wire.Json(50) + "\n", _output.Text);
        Assert.Equal((0, 0), (_pool.Outstanding, _transport.QueuedBytes));
    }

    [Fact(Timeout = Eventually.Deadline)]
    public async Task SendAsync_WhileAWriteIsUnderWay_IsWrittenTogetherInOrder()
    {
        _output.Shut();
        var texts = Enumerable.Range(0, 100).Select(i => Wire.Json(50 + i)).ToList();
        foreach (var text in texts)
        {
            Assert.True(await SendAsync(text, Token));
        }

        Assert.Equal(texts.Sum(text => text.Length), _transport.QueuedBytes);
        _output.Release();
        await _transport.CompleteAsync();

        Assert.Equal(string.Concat(texts.Select(text => text + "\n")), _output.Text);
        Assert.Equal([51, _output.Text.Length - 51], _output.Writes);
    }

    [Fact(Timeout = Eventually.Deadline)]
    public async Task SendAsync_AfterTheEnd_GivesTheMessageBack()
    {
        _output.Shut();
        await SendAsync(Wire.Json(Megabyte), Token);
        using var waiting = Message(Wire.Json(1000));
        using var late = Message(Wire.Json(50));
        var sent = _transport.SendAsync(waiting, Token).AsTask();

        await _transport.DisposeAsync();

        Assert.False(await sent);
        Assert.False(await _transport.SendAsync(late, Token));
        Assert.Equal([Wire.Json(1000), Wire.Json(50)], [Encoding.UTF8.GetString(waiting.Body), Encoding.UTF8.GetString(late.Body)]);
    }

    [Fact(Timeout = Eventually.Deadline)]
    public async Task SendAsync_AnyLength_WritesEveryByte() => await Seeds.CheckAsync(300, async generator =>
    {
        var output = new GatedOutput();
        output.Shut();
        await using var transport = new LineTransport(Stream.Null, output, _pool, Megabyte);
        var texts = Enumerable.Range(0, 1 + generator.Next(6)).Select(_ => Wire.Json(generator.Pick([40, 65_530, 32_760, 131_060]) + generator.Next(16))).ToList();
        foreach (var text in texts)
        {
            await transport.SendAsync(Message(text), Token);
        }

        output.Release();
        await transport.CompleteAsync();

        Assert.Equal(string.Concat(texts.Select(text => text + "\n")), output.Text);
    });

    [Fact(Timeout = Eventually.Deadline)]
    public async Task SendAsync_ReplacedTokens_WritesTheMessageThatGoesOut()
    {
        var message = Message("""{"jsonrpc":"2.0","id":1,"method":"ping"}""");
        message.Replace(message.Envelope.Id, JsonToken.From("twelve"));

        await _transport.SendAsync(message, Token);

        Assert.Equal("""{"jsonrpc":"2.0","id":"twelve","method":"ping"}""" + "\n", _output.Text);
    }

    [Fact(Timeout = Eventually.Deadline)]
    public async Task SendAsync_QueueFull_WaitsForRoom()
    {
        var waiting = await FillAsync();

        Assert.False(waiting.IsCompleted);
        _output.Release();

        Assert.True(await waiting);
        await _transport.CompleteAsync();
        Assert.Equal(2 * (Megabyte + 1), _output.Text.Length);
    }

    [Fact(Timeout = Eventually.Deadline)]
    public async Task SendAsync_CancelledWhileItWaits_IsNotSentAndTheOthersAre()
    {
        using var source = new CancellationTokenSource();
        _output.Shut();
        await SendAsync(Wire.Json(Megabyte), Token);
        var cancelled = SendAsync(Wire.Json(1000), source.Token);
        var waiting = SendAsync(Wire.Json(2000), Token);

        await source.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);
        Assert.Equal(2, _pool.Outstanding);
        _output.Release();
        Assert.True(await waiting);
        await _transport.CompleteAsync();
        Assert.Equal(Wire.Json(Megabyte) + "\n" + Wire.Json(2000) + "\n", _output.Text);
    }

    [Fact(Timeout = Eventually.Deadline)]
    public async Task SendAsync_LargeCancelledBeforeSmall_LetsTheSmallOneIn()
    {
        using var source = new CancellationTokenSource();
        _output.Shut();
        await SendAsync(Wire.Json(Megabyte / 2), Token);
        var large = SendAsync(Wire.Json(Megabyte), source.Token);
        var small = SendAsync(Wire.Json(100), Token);
        Assert.False(small.IsCompleted);

        await source.CancelAsync();

        Assert.True(await small);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => large);
    }

    [Fact(Timeout = Eventually.Deadline)]
    public async Task SendAsync_LargeMessageWaits_NoSmallOneOvertakesIt()
    {
        _output.Shut();
        var texts = new[] { Megabyte / 2, Megabyte, 100, Megabyte, 200 }.Select(Wire.Json).ToList();
        var sent = texts.Select(text => SendAsync(text, Token)).ToList();

        _output.Release();

        Assert.All(await Task.WhenAll(sent), Assert.True);
        await _transport.CompleteAsync();
        Assert.Equal(texts.Select(text => text.Length), _output.Text.TrimEnd('\n').Split('\n').Select(line => line.Length));
    }

    [Fact(Timeout = Eventually.Deadline)]
    public async Task DisposeAsync_SendersWait_FreesThem()
    {
        var waiting = await FillAsync();

        await _transport.DisposeAsync();

        Assert.False(await waiting);
        Assert.False(await SendAsync(Wire.Json(50), Token));
        await Eventually.TrueAsync(() => _pool.Outstanding == 0, Token);
        Assert.Equal(0, _transport.QueuedBytes);
    }

    [Fact(Timeout = Eventually.Deadline)]
    public async Task SendAsync_WriteFails_EndsTheTransportForAllSenders()
    {
        var waiting = await FillAsync();

        _output.Break();

        Assert.False(await waiting);
        Assert.False(await SendAsync(Wire.Json(50), Token));
        await Eventually.TrueAsync(() => _pool.Outstanding == 0, Token);
    }

    [Fact(Timeout = Eventually.Deadline)]
    public async Task CompleteAsync_MessagesQueuedAndWaiting_WritesThemBeforeItCloses()
    {
        var waiting = await FillAsync();

        var completed = _transport.CompleteAsync();
        Assert.False(completed.IsCompleted || _output.IsClosed);
        _output.Release();
        await completed;

        Assert.True(await waiting);
        Assert.True(_output.IsClosed);
        Assert.Equal(2 * (Megabyte + 1), _output.Text.Length);
    }

    [Fact(Timeout = Eventually.Deadline)]
    public async Task CompleteAsync_PeerNeverReads_EndsWithDisposeAsync()
    {
        var waiting = await FillAsync();
        var completed = _transport.CompleteAsync();

        await _transport.DisposeAsync();

        await completed;
        Assert.False(await waiting);
    }

    [Fact(Timeout = Eventually.Deadline)]
    public async Task CompleteAsync_WriteFails_Ends()
    {
        await FillAsync();
        var completed = _transport.CompleteAsync();

        _output.Break();

        await completed;
        Assert.True(_output.IsClosed);
        Assert.True(_transport.WriteFailed.IsCompleted);
        Assert.IsType<IOException>(await _transport.WriteFailed);
    }

    [Fact(Timeout = Eventually.Deadline)]
    public async Task CompleteAsync_Twice_IsHarmless()
    {
        await Task.WhenAll(_transport.CompleteAsync(), _transport.CompleteAsync());

        Assert.False(await SendAsync(Wire.Json(50), Token));
    }

    [Fact(Timeout = Eventually.Deadline)]
    public async Task SendAsync_ManySenders_EachKeepsItsOrder() => await Seeds.CheckAsync(20, async generator =>
    {
        var output = new GatedOutput();
        await using var transport = new LineTransport(Stream.Null, output, _pool, Megabyte);

        await Task.WhenAll(Enumerable.Range(0, 8).Select(sender => Task.Run(async () =>
        {
            for (var i = 0; i < 200; i++)
            {
                Assert.True(await transport.SendAsync(Message($$"""{"jsonrpc":"2.0","id":{{i}},"method":"{{sender}}"}"""), Token));
            }
        }, Token)));
        await transport.CompleteAsync();

        var lines = output.Text.TrimEnd('\n').Split('\n').GroupBy(line => line.Split('"')[^2]).ToList();
        Assert.Equal(8, lines.Count);
        Assert.All(lines, sender => Assert.Equal(Enumerable.Range(0, 200).Select(i => $$"""{"jsonrpc":"2.0","id":{{i}},"method":"{{sender.Key}}"}"""), sender));
    });

    /// <summary>Sends what fills the queue, and one message more, which waits.</summary>
    private async Task<Task<bool>> FillAsync()
    {
        _output.Shut();
        Assert.True(await SendAsync(Wire.Json(Megabyte), Token));
        return SendAsync(Wire.Json(Megabyte), Token);
    }

    private Task<bool> SendAsync(string json, CancellationToken cancellationToken) => _transport.SendOrDiscardAsync(Message(json), cancellationToken).AsTask();

    private Message Message(string json) => MessageReader.Read(_pool, System.Text.Encoding.UTF8.GetBytes(json)).Single!;
}
