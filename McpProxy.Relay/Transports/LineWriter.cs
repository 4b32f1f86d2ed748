using System.Buffers;
using McpProxy.Relay.Messages;

namespace McpProxy.Relay.Transports;

/// <summary>
/// Writes messages to a stream, one a line. Whoever finds it idle starts writing at once, on the caller's thread; what is sent
/// meanwhile is written together, with one write a batch. Senders wait while too much is queued.
/// </summary>
internal sealed class LineWriter(Stream output) : IAsyncDisposable
{
    private const int BatchBytes = 64 * 1024;
    private const int MaxQueuedBytes = 1024 * 1024;
    private const int MaxRoundsInline = 8;

    private readonly Lock _gate = new();
    private readonly Queue<Message> _queue = new();
    private TaskCompletionSource? _room;
    private TaskCompletionSource? _idle;
    private long _queuedBytes;
    private bool _writing;
    private bool _ended;

    public long QueuedBytes => Volatile.Read(ref _queuedBytes);

    public async ValueTask<bool> SendAsync(Message message, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task room;
            lock (_gate)
            {
                if (_ended)
                {
                    message.Dispose();
                    return false;
                }

                // A message larger than the limit is let in when nothing else waits.
                if (_queuedBytes == 0 || _queuedBytes + message.Length <= MaxQueuedBytes)
                {
                    _queue.Enqueue(message);
                    _queuedBytes += message.Length;
                    if (_writing)
                    {
                        return true;
                    }

                    _writing = true;
                    break;
                }

                _room ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                room = _room.Task;
            }

            try
            {
                await room.WaitAsync(cancellationToken);
            }
            catch (OperationCanceledException)
            {
                message.Dispose();
                throw;
            }
        }

        // Discarded: it catches what a stream can throw, and ends the writer then.
        _ = WriteQueueAsync();
        return true;
    }

    /// <summary>Waits until what is queued is written, then closes the stream.</summary>
    public async Task CompleteAsync()
    {
        Task idle;
        lock (_gate)
        {
            idle = _writing && !_ended ? (_idle ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task : Task.CompletedTask;
        }

        await idle;
        await DisposeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        End();
        try
        {
            await output.DisposeAsync();
        }
        catch (IOException)
        {
            // Flushing to a peer that is gone.
        }
    }

    private async Task WriteQueueAsync()
    {
        var staging = ArrayPool<byte>.Shared.Rent(BatchBytes);
        try
        {
            for (var round = 0; TryTakeBatch(out var batch); round++)
            {
                if (round == MaxRoundsInline)
                {
                    await Task.Yield(); // The sender whose thread this is has its own work to do.
                }

                await WriteAsync(batch, staging);
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or OperationCanceledException)
        {
            End();
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(staging);
        }
    }

    private bool TryTakeBatch(out List<Message> batch)
    {
        batch = [];
        lock (_gate)
        {
            var bytes = 0L;
            while (_queue.TryPeek(out var next) && (batch.Count == 0 || bytes + next.Length + batch.Count < BatchBytes))
            {
                batch.Add(_queue.Dequeue());
                bytes += next.Length;
            }

            if (batch.Count == 0)
            {
                _writing = false;
                _idle?.TrySetResult();
                return false;
            }
        }

        return true;
    }

    private async ValueTask WriteAsync(List<Message> batch, byte[] staging)
    {
        var written = 0L;
        var next = 0;
        try
        {
            var staged = new FixedWriter(staging);
            for (; next < batch.Count; next++)
            {
                var message = batch[next];
                for (var offset = 0; offset < message.Length;)
                {
                    offset += message.WriteTo(staged, offset, staged.Free - 1);
                    if (staged.Free <= 1)
                    {
                        await output.WriteAsync(staged.WrittenMemory);
                        staged.Clear();
                    }
                }

                staged.Write("\n"u8);
                written += message.Length;
                message.Dispose();
            }

            await output.WriteAsync(staged.WrittenMemory);
            await output.FlushAsync();
        }
        finally
        {
            for (; next < batch.Count; next++)
            {
                batch[next].Dispose();
            }
        }

        Release(written);
    }

    private void Release(long bytes)
    {
        TaskCompletionSource? room;
        lock (_gate)
        {
            _queuedBytes -= bytes;
            room = _room;
            _room = null;
        }

        room?.TrySetResult();
    }

    private void End()
    {
        List<Message> rest;
        lock (_gate)
        {
            _ended = true;
            rest = [.. _queue];
            _queue.Clear();
            _idle?.TrySetResult();
            _room?.TrySetResult();
        }

        rest.ForEach(message => message.Dispose());
    }
}
