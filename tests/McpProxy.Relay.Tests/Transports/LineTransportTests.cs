using System.Text.Json;
using McpProxy.Relay.Transports;

namespace McpProxy.Relay.Tests.Transports;

public sealed class LineTransportTests
{
    private const string Ping = """{"jsonrpc":"2.0","id":1,"method":"ping"}""";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory(Timeout = Eventually.Deadline)]
    [InlineData(Medium.Memory)]
    [InlineData(Medium.Pipes)]
    public async Task SendAndReceive_BothWays_CarryMessagesAtTheSameTime(Medium medium)
    {
        await using var wire = Wire.Open(medium);
        string[] lines = [.. new[] { 40, 70_000, 300_000, 50 }.Select(Wire.Json)];

        var written = Task.Run(() => wire.PeerWritesAsync(string.Concat(lines.Select(line => line + "\n")), Token).AsTask(), Token);
        var sent = Task.Run(async () => Assert.All(await Task.WhenAll(lines.Select(line => wire.Transport.SendOrDiscardAsync(wire.Message(line), Token).AsTask())), Assert.True), Token);
        foreach (var line in lines)
        {
            Assert.Equal(line, await wire.Transport.ReceiveTextAsync(Token));
            Assert.Equal(line, await wire.PeerInput.ReadLineAsync(Token));
        }

        await Task.WhenAll(written, sent);
        await wire.EndAsync(Token);
    }

    [Theory(Timeout = Eventually.Deadline)]
    [InlineData(Medium.Memory)]
    [InlineData(Medium.Pipes)]
    public async Task SendAsync_ManySenders_EveryMessageArrivesWholeAndInItsSendersOrder(Medium medium)
    {
        const int Senders = 12;
        const int Messages = 150;
        await using var wire = Wire.Open(medium);

        var sent = Enumerable.Range(0, Senders).Select(sender => Task.Run(async () =>
        {
            var generator = new JsonGenerator(sender);
            for (var i = 0; i < Messages; i++)
            {
                var text = new string('x', generator.Pick([0, 10, 1000, 70_000]));
                var json = $$"""{"jsonrpc":"2.0","id":{{i}},"method":"{{sender}}","params":["{{text}}",{{text.Length}}]}""";
                Assert.True(await wire.Transport.SendOrDiscardAsync(wire.Message(json), Token));
            }
        }, Token)).ToList();
        var next = new int[Senders];
        for (var i = 0; i < Senders * Messages; i++)
        {
            using var line = JsonDocument.Parse((await wire.PeerInput.ReadLineAsync(Token))!);
            var parameters = line.RootElement.GetProperty("params");
            Assert.Equal(parameters[1].GetInt32(), parameters[0].GetString()!.Length);
            Assert.Equal(next[int.Parse(line.RootElement.GetProperty("method").GetString()!)]++, line.RootElement.GetProperty("id").GetInt32());
        }

        await Task.WhenAll(sent);
        await wire.EndAsync(Token);
    }

    [Theory(Timeout = Eventually.Deadline)]
    [InlineData(Medium.Memory)]
    [InlineData(Medium.Pipes)]
    public async Task ReceiveAsync_Cancelled_LosesNothing(Medium medium)
    {
        await using var wire = Wire.Open(medium);
        await wire.PeerWritesAsync(Ping[..10], Token);
        using var source = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var receiving = wire.Transport.ReceiveAsync(source.Token).AsTask();

        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => receiving);
        await wire.PeerWritesAsync(Ping[10..] + "\n", Token);

        Assert.Equal(Ping, await wire.Transport.ReceiveTextAsync(Token));
        await wire.EndAsync(Token);
    }

    [Theory(Timeout = Eventually.Deadline)]
    [InlineData(Medium.Memory)]
    [InlineData(Medium.Pipes)]
    public async Task ReceiveAsync_PeerClosesItsSide_SendingGoesOn(Medium medium)
    {
        await using var wire = Wire.Open(medium);
        await wire.PeerWritesAsync(Ping, Token);
        await wire.PeerOutput.DisposeAsync();

        Assert.Equal([Ping, "PeerClosed"], await wire.Transport.ReceiveAllAsync(Token));
        Assert.True(await wire.Transport.SendOrDiscardAsync(wire.Message(Ping), Token));
        Assert.Equal(Ping, await wire.PeerInput.ReadLineAsync(Token));
        await wire.EndAsync(Token);
    }

    [Fact(Timeout = Eventually.Deadline)]
    public async Task SendAsync_PeerHasClosedItsInput_EndsSendingWithoutAnException()
    {
        await using var wire = Wire.Open(Medium.Pipes);
        wire.PeerInput.Dispose();

        while (await wire.Transport.SendOrDiscardAsync(wire.Message(70_000), Token))
        {
            await Task.Yield();
        }

        await wire.PeerWritesAsync(Ping + "\n", Token);
        Assert.Equal(Ping, await wire.Transport.ReceiveTextAsync(Token));
        await wire.EndAsync(Token);
    }

    [Theory(Timeout = Eventually.Deadline)]
    [InlineData(Medium.Memory)]
    [InlineData(Medium.Pipes)]
    public async Task CompleteAsync_MessagesQueued_PeerReadsAllAndThenTheEnd(Medium medium)
    {
        await using var wire = Wire.Open(medium);
        for (var i = 0; i < 10; i++)
        {
            Assert.True(await wire.Transport.SendOrDiscardAsync(wire.Message(90_000), Token));
        }

        var completed = wire.Transport.CompleteAsync();
        var text = await wire.PeerInput.ReadToEndAsync(Token);
        await completed;

        Assert.Equal(string.Concat(Enumerable.Repeat(Wire.Json(90_000) + "\n", 10)), text);
        Assert.False(await wire.Transport.SendOrDiscardAsync(wire.Message(Ping), Token));
        await wire.PeerWritesAsync(Ping + "\n", Token);
        Assert.Equal(Ping, await wire.Transport.ReceiveTextAsync(Token));
        await wire.EndAsync(Token);
    }

    [Theory(Timeout = Eventually.Deadline)]
    [InlineData(Medium.Memory)]
    [InlineData(Medium.Pipes)]
    public async Task DisposeAsync_PeerDoesNotRead_FreesEverySender(Medium medium)
    {
        await using var wire = Wire.Open(medium);
        var sends = Enumerable.Range(0, 5).Select(_ => wire.Transport.SendOrDiscardAsync(wire.Message(900_000), Token).AsTask()).ToList();
        Assert.Contains(sends, send => !send.IsCompleted);

        await wire.Transport.DisposeAsync();

        Assert.Contains(false, await Task.WhenAll(sends));
        await Eventually.TrueAsync(() => wire.Pool.Outstanding == 0, Token);
    }

    [Theory(Timeout = Eventually.Deadline)]
    [InlineData(Medium.Memory)]
    [InlineData(Medium.Pipes)]
    public async Task SendAsync_PeerDoesNotRead_CancellationFreesTheSender(Medium medium)
    {
        await using var wire = Wire.Open(medium);
        using var source = CancellationTokenSource.CreateLinkedTokenSource(Token);
        await wire.Transport.SendOrDiscardAsync(wire.Message(900_000), Token);
        var waiting = wire.Transport.SendOrDiscardAsync(wire.Message(900_000), source.Token).AsTask();
        Assert.False(waiting.IsCompleted);

        await source.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        Assert.Equal(1, wire.Pool.Outstanding);
        await wire.EndAsync(Token);
    }

    [Theory(Timeout = Eventually.Deadline)]
    [InlineData(Medium.Memory)]
    [InlineData(Medium.Pipes)]
    public async Task DisposeAsync_ReceivePending_EndsItAsClosed(Medium medium)
    {
        await using var wire = Wire.Open(medium);
        await wire.PeerWritesAsync(Ping[..10], Token);
        var receiving = wire.Transport.ReceiveAsync(Token).AsTask();

        await wire.Transport.DisposeAsync();

        Assert.Equal(EndReason.Closed, (await receiving).End);
        Assert.Equal(EndReason.Closed, (await wire.Transport.ReceiveAsync(Token)).End);
        await wire.EndAsync(Token);
    }

    [Theory(Timeout = Eventually.Deadline)]
    [InlineData(Medium.Memory)]
    [InlineData(Medium.Pipes)]
    public async Task DisposeAsync_Twice_IsHarmless(Medium medium)
    {
        await using var wire = Wire.Open(medium);
        await wire.PeerWritesAsync($"{Ping}\n{Ping}\n", Token);
        Assert.Equal(Ping, await wire.Transport.ReceiveTextAsync(Token));

        await Task.WhenAll(wire.Transport.DisposeAsync().AsTask(), wire.Transport.DisposeAsync().AsTask());
        await wire.Transport.DisposeAsync();

        Assert.Equal(EndReason.Closed, (await wire.Transport.ReceiveAsync(Token)).End);
        await wire.EndAsync(Token);
    }
}
