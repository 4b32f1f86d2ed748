using System.Buffers;
using McpProxy.Relay.Messages;

namespace McpProxy.Relay.Transports;

/// <summary>
/// Writes messages to a stream, one a line. Whoever finds it idle starts writing at once, on the caller's thread; what is sent
/// meanwhile is written together, with one write a batch; so is what is sent in one turn of a thread of the sockets (<see cref="TurnEnd"/>).
/// Senders wait while too much is queued, and get room in the order in which they came: otherwise a large message could wait for ever behind
/// small ones.
/// </summary>
internal sealed class LineWriter(Stream output) : IAsyncDisposable
{
    private const int BatchBytes = 64 * 1024;
    private const int MaxQueuedBytes = 1024 * 1024;
    private const int MaxRoundsInline = 8;

    private readonly Lock _gate = new();
    private readonly Queue<Message> _queue = new();
    private readonly List<Message> _batch = []; // Only for whoever is writing.
    private readonly TaskCompletionSource<Exception> _failed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Queue<Waiter> _waiting = new();
    private readonly CancellationTokenSource _stop = new();
    private Func<bool>? _writeTogether;
    private TaskCompletionSource? _idle;
    private long _queuedBytes;
    private bool _writing;
    private bool _ended;
    private bool _disposed;

    /// <summary>Done when writing has failed, and why.</summary>
    public Task<Exception> Failed => _failed.Task;

    public long QueuedBytes => Volatile.Read(ref _queuedBytes);

    public ValueTask<bool> SendAsync(Message message, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (_ended)
            {
                return new ValueTask<bool>(false);
            }

            if (_waiting.Count > 0 || !Fits(message))
            {
                var waiter = new Waiter(message);
                _waiting.Enqueue(waiter);
                return WaitAsync(waiter, cancellationToken);
            }

            Enqueue(message);
            if (_writing)
            {
                return new ValueTask<bool>(true);
            }

            _writing = true;
        }

        if (TurnEnd.Current?.TryAdd(_writeTogether ??= WriteTogether) != true)
        {
            // Discarded: it catches what a stream can throw, and ends the writer then.
            _ = WriteQueueAsync();
        }

        return new ValueTask<bool>(true);
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

    /// <summary>
    /// Closes the stream. A write under way sees it and closes the stream itself: a pipe that is closed while its first write starts
    /// would hang that write for ever (SafePipeHandle on Unix, .NET 10).
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        End();
        bool writing;
        lock (_gate)
        {
            _disposed = true;
            writing = _writing;
        }

        await _stop.CancelAsync();
        if (!writing)
        {
            await CloseAsync();
        }
    }

    private async ValueTask CloseAsync()
    {
        try
        {
            await output.DisposeAsync();
        }
        catch (IOException)
        {
            // Flushing to a peer that is gone.
        }
    }

    private bool WriteTogether()
    {
        bool areSeveral;
        lock (_gate)
        {
            areSeveral = _queue.Count > 1;
        }

        _ = WriteQueueAsync();
        return areSeveral;
    }

    private async Task WriteQueueAsync()
    {
        var staging = ArrayPool<byte>.Shared.Rent(BatchBytes);
        try
        {
            for (var round = 0; TryTakeBatch(); round++)
            {
                if (round == MaxRoundsInline)
                {
                    await Task.Yield(); // The sender whose thread this is has its own work to do.
                }

                await WriteBatchAsync(staging);
            }
        }
        catch (Exception e) when (e is IOException or InvalidOperationException or OperationCanceledException)
        {
            lock (_gate)
            {
                _writing = false; // At once: whoever waits for the end closes the stream, and finds out why it came.
                _failed.TrySetResult(e);
                End();
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(staging);
        }

        if (_disposed)
        {
            await CloseAsync();
        }
    }

    private bool TryTakeBatch()
    {
        _batch.Clear();
        lock (_gate)
        {
            var bytes = 0L;
            while (_queue.TryPeek(out var next) && (_batch.Count == 0 || bytes + next.Length + _batch.Count < BatchBytes))
            {
                _batch.Add(_queue.Dequeue());
                bytes += next.Length;
            }

            if (_batch.Count == 0)
            {
                _writing = false;
                _idle?.TrySetResult();
                return false;
            }
        }

        return true;
    }

    private async ValueTask WriteBatchAsync(byte[] staging)
    {
        var written = 0L;
        var next = 0;
        try
        {
            var staged = new FixedWriter(staging);
            for (; next < _batch.Count; next++)
            {
                var message = _batch[next];
                for (var offset = 0; offset < message.Length;)
                {
                    offset += message.WriteTo(staged, offset, staged.Free - 1);
                    if (staged.Free <= 1)
                    {
                        await output.WriteAsync(staged.WrittenMemory, _stop.Token);
                        staged.Clear();
                    }
                }

                staged.Write("\n"u8);
                written += message.Length;
                message.Dispose();
            }

            await output.WriteAsync(staged.WrittenMemory, _stop.Token);
            await output.FlushAsync(_stop.Token);
        }
        finally
        {
            for (; next < _batch.Count; next++)
            {
                _batch[next].Dispose();
            }
        }

        Release(written);
    }

    /// <summary>A message larger than the limit is let in when nothing else waits.</summary>
    private bool Fits(Message message) => _queuedBytes == 0 || _queuedBytes + message.Length <= MaxQueuedBytes;

    private void Enqueue(Message message)
    {
        _queue.Enqueue(message);
        _queuedBytes += message.Length;
    }

    private async ValueTask<bool> WaitAsync(Waiter waiter, CancellationToken cancellationToken)
    {
        try
        {
            return await waiter.Task.WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            if (!Withdraw(waiter))
            {
                return await waiter.Task; // It was let in, or the writer ended, just before.
            }

            waiter.Message.Dispose();
            throw;
        }
    }

    private bool Withdraw(Waiter waiter)
    {
        lock (_gate)
        {
            var withdrawn = waiter.TrySetResult(false);
            LetIn();
            return withdrawn;
        }
    }

    private void Release(long bytes)
    {
        lock (_gate)
        {
            if (!_ended)
            {
                _queuedBytes -= bytes;
                LetIn();
            }
        }
    }

    private void LetIn()
    {
        while (_waiting.TryPeek(out var first) && (first.Task.IsCompleted || Fits(first.Message)))
        {
            _waiting.Dequeue();
            if (first.TrySetResult(true))
            {
                Enqueue(first.Message);
            }
        }
    }

    private void End()
    {
        List<Message> rest;
        lock (_gate)
        {
            _ended = true;
            rest = [.. _queue];
            _queue.Clear();
            foreach (var waiter in _waiting)
            {
                waiter.TrySetResult(false);
            }

            _waiting.Clear();
            _queuedBytes = 0;
            _idle?.TrySetResult();
        }

        rest.ForEach(message => message.Dispose());
    }

    /// <summary>A sender that waits for room: true when its message is queued, false when the writer ended.</summary>
    private sealed class Waiter(Message message) : TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously)
    {
        public Message Message => message;
    }
}
