using System.Buffers;
using System.Buffers.Text;
using System.Runtime.CompilerServices;
using McpProxy.Gateway.Sessions;
using McpProxy.Relay.Messages;
using McpProxy.Relay.Transports;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace McpProxy.Gateway.StreamableHttp;

/// <summary>Carries a stream of messages in an HTTP response as server-sent events.</summary>
internal sealed class SseResponse(HttpContext context, EventReader reader, OpenStreams openStreams, TimeProvider time)
{
    /// <summary>How much is written before it is flushed: what a slow client can make us hold.</summary>
    private const int FlushBytes = 64 * 1024;

    private readonly BodyWriter _output = new(context.Response.BodyWriter);

    /// <summary>Whether events carry ids, so that a client can come back for what it missed. HTTP+SSE has none.</summary>
    public bool HasIds { get; init; } = true;

    /// <summary>
    /// Whether the stream begins with an event that has an id and no data (MCP 2025-11-25, transports, sending messages, 6).
    /// Clients of older revisions take it for a message.
    /// </summary>
    public bool IsPrimed { get; init; }

    /// <summary>What the stream begins with, before any event of its own.</summary>
    public string? Preamble { get; init; }

    /// <summary>Whether the headers go out at once; else they wait a moment for the first event, and travel with it.</summary>
    public bool StartsAtOnce { get; init; }

    /// <summary>The HTTP status of an error that comes first; the answer is then that error as JSON, when the status is not 200.</summary>
    public Func<Message, int>? StatusOfError { get; init; }

    /// <summary>Writes events until the stream ends, goes on elsewhere, or the client leaves.</summary>
    public async Task RunAsync()
    {
        // Kestrel would cut a client that reads slowly, whether it holds anybody up or not: that is --stall-timeout's to decide.
        context.Features.Get<IHttpMinResponseDataRateFeature>()?.MinDataRate = null;
        context.Response.ContentType = "text/event-stream";
        context.Response.Headers.CacheControl = "no-cache";
        context.Response.Headers["X-Accel-Buffering"] = "no"; // nginx would hold events back.

        reader.IsPatient = StatusOfError is not null;
        openStreams.Add(reader);
        await using var leaving = context.RequestAborted.UnsafeRegister(static state => ((EventReader)state!).Wake(), reader);
        try
        {
            Begin();
            if (StartsAtOnce)
            {
                await FlushAsync();
            }

            await CopyAsync();
        }
        catch (OperationCanceledException)
        {
            // The client left. What it did not get stays on the stream.
        }
        finally
        {
            openStreams.Remove(reader);
            reader.Detach();
        }
    }

    private void Begin()
    {
        if (Preamble is not null)
        {
            _output.Write(System.Text.Encoding.UTF8.GetBytes(Preamble));
        }

        if (IsPrimed)
        {
            WriteId(reader.Start);
            _output.Write("retry: 1000\ndata: \n\n"u8);
        }

        _output.Commit();
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask CopyAsync()
    {
        while (!context.RequestAborted.IsCancellationRequested)
        {
            while (reader.TryTake() is { } item)
            {
                if (await AnswersWithStatusAsync(item.Message))
                {
                    return;
                }

                await WriteAsync(item);
                if (_output.Unflushed >= FlushBytes)
                {
                    await FlushAsync();
                }
            }

            if (reader.IsAtEnd)
            {
                _output.Commit(); // The end of the response flushes it.
                reader.Commit();
                return;
            }

            // What begins the stream waits for the first event or tick, so that a quick answer is one write.
            var isDue = reader.TakeTick();
            if (isDue && reader.HasWritten)
            {
                _output.Write(": keep-alive\n\n"u8);
            }

            if (isDue || reader.Taken.Count > 0)
            {
                await FlushAsync();
            }

            await reader.WaitAsync();
        }
    }

    private async ValueTask<bool> AnswersWithStatusAsync(Message message)
    {
        if (StatusOfError is null || context.Response.HasStarted || reader.Taken.Count > 1
            || !message.Envelope.IsError || StatusOfError(message) is var status && status == StatusCodes.Status200OK)
        {
            return false;
        }

        context.Response.StatusCode = status;
        context.Response.Headers.Remove("X-Accel-Buffering");
        await MessageResponse.WriteAsync(context, message);
        reader.Commit();
        return true;
    }

    private async ValueTask WriteAsync(StreamEvent item)
    {
        if (HasIds)
        {
            WriteId(item.Sequence);
        }

        _output.Write("event: message\ndata: "u8);
        for (var offset = 0; offset < item.Message.Length;)
        {
            offset += item.Message.WriteTo(_output, offset, FlushBytes);
            if (offset < item.Message.Length)
            {
                await FlushPartAsync();
            }
        }

        _output.Write("\n\n"u8);
    }

    private void WriteId(long sequence)
    {
        Span<byte> id = stackalloc byte[48];
        "id: "u8.CopyTo(id);
        var length = 4;
        Utf8Formatter.TryFormat(reader.Stream.Number, id[length..], out var written);
        length += written;
        id[length++] = (byte)'-';
        Utf8Formatter.TryFormat(sequence, id[length..], out written);
        length += written;
        id[length++] = (byte)'\n';
        _output.Write(id[..length]);
    }

    private async ValueTask FlushAsync()
    {
        await FlushPartAsync();
        reader.Commit();
    }

    private async ValueTask FlushPartAsync()
    {
        var isMuch = _output.Unflushed >= FlushBytes;
        reader.HasWritten = true;
        reader.LastWrite = time.GetTimestamp();
        var flushed = await _output.FlushAsync(context.RequestAborted);
        if (flushed.IsCompleted || flushed.IsCanceled)
        {
            throw new OperationCanceledException(); // The connection is gone, which the token may tell only later.
        }

        if (isMuch)
        {
            await PoolThread.SwitchAsync();
        }
    }
}
