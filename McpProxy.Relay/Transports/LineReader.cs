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
    private readonly CancellationTokenSource _closing = new();
    private EndReason _end;
    private int _use = Idle;
    private int _atOnce;

    /// <summary>The next line that is not blank, or the end.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))] // It waits once a read.
    public async ValueTask<(Parsed Parsed, EndReason End)> ReadAsync(CancellationToken cancellationToken)
    {
        if (Interlocked.CompareExchange(ref _use, Reading, Idle) != Idle)
        {
            return (default, _end == EndReason.None ? EndReason.Closed : _end);
        }

        try
        {
            while (true)
            {
                if (TryTakeLine() is { } line)
                {
                    return (line, EndReason.None);
                }

                if (_end != EndReason.None)
                {
                    return (default, _end);
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
        }
        finally
        {
            if (Interlocked.CompareExchange(ref _use, Idle, Reading) == Closed)
            {
                await ReleaseAsync();
            }
        }
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

    private ValueTask ReleaseAsync()
    {
        _buffer.Clear();
        return input.DisposeAsync();
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
