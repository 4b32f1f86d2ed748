using System.Text;
using McpProxy.Relay.Transports;

namespace McpProxy.Relay.Tests.Transports;

/// <summary>Random traffic over streams that fail, ended at a random moment: nobody may hang, and no buffer may be lost.</summary>
public sealed class LineTransportStressTests
{
    private const int MaxBytes = 20_000;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory(Timeout = 2 * Eventually.Deadline)]
    [InlineData(Medium.Memory)]
    [InlineData(Medium.Pipes)]
    public Task AnyTraffic_EndedAtAnyMoment_LosesNoBufferAndNoCaller(Medium medium) => Seeds.CheckAsync(200, async generator =>
    {
        await using var wire = Wire.Open(medium, MaxBytes, stream => new FaultyStream(stream, Fork()));
        var end = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        List<JsonGenerator> forks = [.. Enumerable.Range(0, 6).Select(_ => Fork())];
        List<Task> tasks =
        [
            Task.Run(() => PeerWritesAsync(wire, forks[0], end), Token),
            Task.Run(() => PeerReadsAsync(wire, forks[1]), Token),
            Task.Run(() => ReceiveAsync(wire, forks[2], end), Token),
            .. forks[3..].Select(fork => Task.Run(() => SendAsync(wire, fork), Token)),
        ];

        await end.Task.WaitAsync(Token);
        await (generator.Next(3) switch
        {
            0 => Task.CompletedTask,
            1 => Task.WhenAny(wire.Transport.CompleteAsync(), Task.Run(() => wire.Transport.DisposeAsync().AsTask(), Token)),
            _ => wire.PeerOutput.DisposeAsync().AsTask(),
        });
        await wire.Transport.DisposeAsync();
        await Task.WhenAll(tasks).WaitAsync(TimeSpan.FromSeconds(15), Token);
        await wire.EndAsync(Token);

        JsonGenerator Fork() => new(generator.Next(int.MaxValue));
    });

    private static async Task PeerWritesAsync(Wire wire, JsonGenerator generator, TaskCompletionSource end)
    {
        try
        {
            for (var lines = generator.Next(60); lines > 0; lines--)
            {
                await wire.PeerOutput.WriteAsync(Line(generator), Token);
            }
        }
        catch (Exception e) when (e is IOException or InvalidOperationException)
        {
            // The transport, or the test, has closed the stream.
        }

        end.TrySetResult();
    }

    private static async Task PeerReadsAsync(Wire wire, JsonGenerator generator)
    {
        var buffer = new byte[1 + generator.Next(5000)];
        for (var reads = generator.Next(4) * 100; reads > 0 && await wire.PeerInput.BaseStream.ReadAsync(buffer, Token) > 0; reads--)
        {
            await Task.Yield();
        }
    }

    private static async Task ReceiveAsync(Wire wire, JsonGenerator generator, TaskCompletionSource end)
    {
        for (var left = generator.Next(100); ; left--)
        {
            if (left == 0)
            {
                end.TrySetResult();
            }

            var received = await UnlessCancelledAsync(generator, async token => (Received?)await wire.Transport.ReceiveAsync(token));
            received?.Message?.Dispose();
            if (received is { End: not EndReason.None })
            {
                end.TrySetResult();
                return;
            }
        }
    }

    private static async Task SendAsync(Wire wire, JsonGenerator generator)
    {
        for (var messages = 0; messages < 30; messages++)
        {
            var message = wire.Message(generator.Pick([50, 5000, 70_000, 600_000]));
            if (await UnlessCancelledAsync(generator, async token => (bool?)await wire.Transport.SendOrDiscardAsync(message, token)) == false)
            {
                return;
            }
        }
    }

    /// <summary>The outcome of a call that now and then is cancelled while it runs.</summary>
    private static async Task<T?> UnlessCancelledAsync<T>(JsonGenerator generator, Func<CancellationToken, Task<T?>> call)
    {
        using var source = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var running = call(source.Token);
        try
        {
            if (generator.Next(4) == 0)
            {
                await source.CancelAsync();
            }

            return await running;
        }
        catch (OperationCanceledException) when (!Token.IsCancellationRequested)
        {
            return default;
        }
    }

    private static byte[] Line(JsonGenerator generator)
    {
        var json = generator.Next(6) switch
        {
            0 => generator.Mutant(),
            1 => Encoding.UTF8.GetBytes(Wire.Json(MaxBytes - 50 + generator.Next(100))),
            2 => [(byte)'[', .. generator.Message(), (byte)',', .. generator.Mutant(), (byte)',', .. generator.Message(), (byte)']'],
            3 => [(byte)'[', .. generator.Message(), (byte)',', .. generator.Message(), (byte)',', .. generator.Message(), (byte)']'],
            _ => generator.Message(),
        };
        return [.. json.Where(b => b is not (byte)'\r' and not (byte)'\n'), (byte)'\n'];
    }
}
