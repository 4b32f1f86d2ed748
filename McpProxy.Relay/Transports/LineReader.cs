using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using McpProxy.Relay.Messages;

namespace McpProxy.Relay.Transports;

/// <summary>Reads lines from a stream and parses each; looks at no byte twice while a long line grows.</summary>
internal sealed class LineReader(Stream input, MessagePool pool, int maxLineBytes) : IAsyncDisposable
{
    private const int ReadSize = 32 * 1024;
    private const byte NewLine = (byte)'\n';
    private const int Idle = 0;
    private const int Reading = 1;
    private const int Closed = 2;

    private readonly PipeReader _input = PipeReader.Create(input, new StreamPipeReaderOptions(bufferSize: ReadSize, minimumReadSize: 4096));
    private readonly OversizedLine _oversized = new();
    private long _searched;
    private EndReason _end;
    private int _use = Idle;

    /// <summary>The next line that is not blank, or the end.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))] // It waits once a read.
    public async ValueTask<(Parsed Parsed, EndReason End)> ReadAsync(CancellationToken cancellationToken)
    {
        while (_end == EndReason.None)
        {
            if (!_input.TryRead(out var result))
            {
                if (Interlocked.CompareExchange(ref _use, Reading, Idle) != Idle)
                {
                    _end = EndReason.Closed;
                    break;
                }

                try
                {
                    result = await _input.ReadAsync(cancellationToken);
                }
                catch (Exception e) when (e is IOException or InvalidOperationException
                    || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
                {
                    _end = _use == Closed ? EndReason.Closed : EndReason.Broken;
                    break;
                }
                finally
                {
                    if (Interlocked.CompareExchange(ref _use, Idle, Reading) == Closed)
                    {
                        await input.DisposeAsync();
                    }
                }
            }

            if (result.IsCanceled)
            {
                _end = EndReason.Closed;
                break;
            }

            var buffer = result.Buffer;
            var newLine = buffer.Slice(_searched).PositionOf(NewLine);
            if (newLine is { } end)
            {
                var parsed = TakeLine(buffer.Slice(0, end));
                _input.AdvanceTo(buffer.GetPosition(1, end));
                if (parsed is { } line)
                {
                    return (line, EndReason.None);
                }
            }
            else if (result.IsCompleted)
            {
                // A last line may lack its end; what follows is the end itself.
                var parsed = TakeLine(buffer);
                _input.AdvanceTo(buffer.End);
                if (parsed is { } line)
                {
                    return (line, EndReason.None);
                }

                _end = EndReason.PeerClosed;
            }
            else if (buffer.Length > maxLineBytes || _oversized.IsOpen)
            {
                _oversized.Add(buffer);
                _searched = 0;
                _input.AdvanceTo(buffer.End);
            }
            else
            {
                _searched = buffer.Length;
                _input.AdvanceTo(buffer.Start, buffer.End);
            }
        }

        await _input.CompleteAsync();
        return (default, _end);
    }

    /// <summary>
    /// Closes the stream. A read under way sees it and closes the stream itself, because a pipe that is closed while its first read
    /// starts would hang that read for ever (SafePipeHandle on Unix, .NET 10).
    /// </summary>
    public ValueTask DisposeAsync()
    {
        var use = Interlocked.Exchange(ref _use, Closed);
        _input.CancelPendingRead();
        return use == Idle ? input.DisposeAsync() : default;
    }

    private Parsed? TakeLine(ReadOnlySequence<byte> line)
    {
        _searched = 0;
        if (_oversized.IsOpen || line.Length > maxLineBytes)
        {
            _oversized.Add(line);
            return new Parsed(null, null, ScanFault.TooLarge, _oversized.Close()) { IsAnswer = true };
        }

        return IsBlank(line) ? null : Parse(line);
    }

    private Parsed Parse(in ReadOnlySequence<byte> line)
    {
        var parsed = MessageReader.Read(pool, line);
        if (parsed.Fault is not (ScanFault.NotJson or ScanFault.TooDeep))
        {
            return parsed;
        }

        // A request may wait for what this was meant to be.
        _oversized.Add(line);
        return parsed with { Id = _oversized.Close(), IsAnswer = true };
    }

    private static bool IsBlank(in ReadOnlySequence<byte> line)
    {
        foreach (var segment in line)
        {
            if (segment.Span.ContainsAnyExcept(" \t\r"u8))
            {
                return false;
            }
        }

        return true;
    }
}
