using System.Runtime.CompilerServices;
using McpProxy.Relay.Messages;

namespace McpProxy.Relay.Transports;

/// <summary>
/// Reads lines from a stream and parses each. Looks at no byte twice while a long line grows, and leaves the buffer that a long line
/// needed to its message.
/// </summary>
internal sealed class LineReader(Stream input, MessagePool pool, int maxLineBytes, bool isFair = false) : IAsyncDisposable
{
    private const int Idle = 0;
    private const int Reading = 1;
    private const int Closed = 2;

    /// <summary>More reads in turn that need not wait: there is always more.</summary>
    private const int FewAtOnce = 1;

    private readonly LineBuffer _buffer = new(pool, maxLineBytes);
    private readonly OversizedLine _oversized = new();
    private readonly Queue<Received> _batch = new();
    private readonly CancellationTokenSource _closing = new();
    private EndReason _end;
    private int _use = Idle;
    private int _atOnce;

    /// <summary>The next message, what is none, or the end.</summary>
    public ValueTask<Received> ReceiveAsync(CancellationToken cancellationToken)
    {
        if (Interlocked.CompareExchange(ref _use, Reading, Idle) != Idle)
        {
            return new ValueTask<Received>(Ended(_end == EndReason.None ? EndReason.Closed : _end));
        }

        if (!TryTake(out var next))
        {
            return WaitAsync(cancellationToken);
        }

        return TryLeave() ? new ValueTask<Received>(next) : ReleaseAsync(next);
    }

    /// <summary>
    /// Closes the stream. A read under way sees it and closes the stream itself, because a pipe that is closed while its first read
    /// starts would hang that read for ever (SafePipeHandle on Unix, .NET 10).
    /// </summary>
    public ValueTask DisposeAsync()
    {
        var use = Interlocked.Exchange(ref _use, Closed);
        _closing.Cancel();
        return use == Idle ? ReleaseAsync() : default;
    }

    private static Received Ended(EndReason end) => new(null, ScanFault.None, default, end);

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))] // Once a read.
    private async ValueTask<Received> WaitAsync(CancellationToken cancellationToken)
    {
        try
        {
            Received next;
            do
            {
                if (_end != EndReason.None)
                {
                    return Ended(_end);
                }

                // Whoever gives a token reads seldom.
                using var either = cancellationToken.CanBeCanceled
                    ? CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _closing.Token)
                    : null;
                try
                {
                    var reading = input.ReadAsync(_buffer.GetFree(), (either ?? _closing).Token);
                    _atOnce = reading.IsCompleted ? _atOnce + 1 : 0;
                    var read = await reading;
                    _buffer.Advance(read);
                    _end = read == 0 ? EndReason.PeerClosed : EndReason.None;
                }
                catch (Exception e) when (e is IOException or InvalidOperationException
                    || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
                {
                    _end = _use == Closed ? EndReason.Closed : EndReason.Broken;
                    _buffer.Clear();
                }

                if (isFair && (_buffer.IsLarge || _atOnce > FewAtOnce))
                {
                    await PoolThread.SwitchAsync();
                }
            }
            while (!TryTake(out next));

            return next;
        }
        finally
        {
            if (!TryLeave())
            {
                await ReleaseAsync();
            }
        }
    }

    /// <summary>Lets others use it; false when it was closed meanwhile, and is to be released.</summary>
    private bool TryLeave() => Interlocked.CompareExchange(ref _use, Idle, Reading) != Closed;

    private async ValueTask<Received> ReleaseAsync(Received last)
    {
        await ReleaseAsync();
        return last;
    }

    private ValueTask ReleaseAsync()
    {
        _buffer.Clear();
        while (_batch.TryDequeue(out var rest))
        {
            rest.Message?.Dispose();
        }

        return input.DisposeAsync();
    }

    /// <summary>The next of what is here already.</summary>
    private bool TryTake(out Received next)
    {
        while (!_batch.TryDequeue(out next))
        {
            if (TryTakeLine() is not { } line)
            {
                return false;
            }

            if (line.Single is { } message)
            {
                next = new Received(message, ScanFault.None, default, EndReason.None);
                return true;
            }

            Keep(line);
        }

        return true;
    }

    /// <summary>Keeps the messages of a batch, and its fault after them, for the calls to come.</summary>
    private void Keep(in Parsed line)
    {
        foreach (var message in line.Batch ?? [])
        {
            _batch.Enqueue(new Received(message, ScanFault.None, default, EndReason.None));
        }

        if (line.Fault != ScanFault.None)
        {
            _batch.Enqueue(new Received(null, line.Fault, line.Id, EndReason.None) { IsAnswer = line.IsAnswer });
        }
    }

    /// <summary>The next line that is not blank, if all of it is there. The last one may lack its end.</summary>
    private Parsed? TryTakeLine()
    {
        while (_buffer.TryFindLine(out var length))
        {
            if (Take(length, length + 1) is { } line)
            {
                return line;
            }
        }

        var rest = _buffer.Unread;
        if (_end == EndReason.PeerClosed)
        {
            return Take(rest.Length, rest.Length);
        }

        if (_oversized.IsOpen || rest.Length > maxLineBytes)
        {
            _oversized.Add(rest);
            _buffer.Clear();
        }

        return null;
    }

    private Parsed? Take(int length, int lengthWithEnd)
    {
        var line = _buffer.Unread[..length];
        if (_oversized.IsOpen || length > maxLineBytes)
        {
            _oversized.Add(line);
            _buffer.Skip(lengthWithEnd);
            return new Parsed(null, null, ScanFault.TooLarge, _oversized.Close()) { IsAnswer = true };
        }

        if (!line.ContainsAnyExcept(" \t\r"u8))
        {
            _buffer.Skip(lengthWithEnd);
            return null;
        }

        return _buffer.IsLarge ? ParseLarge(length, lengthWithEnd) : ParseSmall(line, lengthWithEnd);
    }

    private Parsed ParseSmall(ReadOnlySpan<byte> line, int lengthWithEnd)
    {
        var parsed = MessageReader.Read(pool, line);
        _buffer.Skip(lengthWithEnd);
        return IsUnreadable(parsed) ? parsed with { Id = OversizedLine.IdOf(line), IsAnswer = true } : parsed;
    }

    private Parsed ParseLarge(int length, int lengthWithEnd)
    {
        var id = OversizedLine.IdOf(_buffer.Unread[..length]); // Before the message has the buffer.
        var parsed = MessageReader.Read(pool, _buffer.Take(lengthWithEnd), length);
        return IsUnreadable(parsed) ? parsed with { Id = id, IsAnswer = true } : parsed;
    }

    /// <summary>Whether a request may wait for what this was meant to be.</summary>
    private static bool IsUnreadable(in Parsed parsed) => parsed.Fault is ScanFault.NotJson or ScanFault.TooDeep;
}
