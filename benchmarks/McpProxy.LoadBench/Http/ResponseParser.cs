using System.Buffers.Text;
using System.Text;

namespace McpProxy.LoadBench.Http;

/// <summary>Reads one HTTP/1.1 response after the other from received bytes; knows Content-Length and chunked bodies, and nothing else.</summary>
internal sealed class ResponseParser
{
    private readonly byte[] _input = new byte[64 * 1024];
    private int _start;
    private int _end;
    private byte[] _body = new byte[4096];
    private int _bodyLength;
    private long _left;
    private State _state;

    private enum State
    {
        Head,
        Fixed,
        ChunkSize,
        Chunk,
        ChunkEnd,
        Trailer,
        Complete,
    }

    /// <summary>The status, once the head was read.</summary>
    public int Status { get; private set; }

    /// <summary>The value of <c>Mcp-Session-Id</c>, if there is one.</summary>
    public string? SessionId { get; private set; }

    /// <summary>Whether status and headers were read.</summary>
    public bool IsHeadRead => _state != State.Head;

    /// <summary>Whether the response was read to its end.</summary>
    public bool IsComplete => _state == State.Complete;

    /// <summary>What has come of the body and was not consumed.</summary>
    public ReadOnlySpan<byte> Body => _body.AsSpan(0, _bodyLength);

    /// <summary>Forgets the response, to read the next one.</summary>
    public void Reset()
    {
        _state = State.Head;
        _bodyLength = 0;
        Status = 0;
        SessionId = null;
    }

    /// <summary>Where the next bytes may be received.</summary>
    public Memory<byte> Free()
    {
        if (_start == _end)
        {
            (_start, _end) = (0, 0);
        }
        else if (_end == _input.Length)
        {
            // A part of a line: all else was taken.
            _input.AsSpan(_start.._end).CopyTo(_input);
            (_start, _end) = (0, _end - _start);
        }

        return _end < _input.Length ? _input.AsMemory(_end) : throw new BenchException("A line of an HTTP response is too long.");
    }

    /// <summary>Takes bytes that were received into <see cref="Free"/>.</summary>
    public void Advance(int count)
    {
        _end += count;
        while (Step())
        {
            // One part of the response at a time.
        }
    }

    /// <summary>Drops the first bytes of the body: an event that was read.</summary>
    public void Consume(int count)
    {
        _body.AsSpan(count.._bodyLength).CopyTo(_body);
        _bodyLength -= count;
    }

    private bool Step() => _state switch
    {
        State.Head => ReadHead(),
        State.Fixed => ReadBody(State.Complete),
        State.ChunkSize => ReadChunkSize(),
        State.Chunk => ReadBody(State.ChunkEnd),
        State.ChunkEnd => TryReadLine(out _) && Enter(State.ChunkSize),
        State.Trailer => ReadTrailer(),
        _ => false,
    };

    private bool Enter(State state)
    {
        _state = state;
        return state != State.Complete;
    }

    private bool TryReadLine(out ReadOnlySpan<byte> line)
    {
        var length = _input.AsSpan(_start.._end).IndexOf("\r\n"u8);
        line = length < 0 ? default : _input.AsSpan(_start, length);
        _start += length < 0 ? 0 : length + 2;
        return length >= 0;
    }

    private bool ReadHead()
    {
        var length = _input.AsSpan(_start.._end).IndexOf("\r\n\r\n"u8);
        if (length < 0)
        {
            return false;
        }

        var head = _input.AsSpan(_start, length);
        _start += length + 4;
        _ = Utf8Parser.TryParse(head["HTTP/1.1 ".Length..], out int status, out _);
        Status = status;
        _left = 0;
        var isChunked = false;
        foreach (var range in head.Split("\r\n"u8))
        {
            isChunked |= ReadHeader(head[range]);
        }

        return Enter(isChunked ? State.ChunkSize : _left > 0 ? State.Fixed : State.Complete);
    }

    private bool ReadHeader(ReadOnlySpan<byte> line)
    {
        var colon = line.IndexOf((byte)':');
        var name = line[..Math.Max(colon, 0)];
        var value = line[(colon + 1)..].Trim((byte)' ');
        if (Ascii.EqualsIgnoreCase(name, "content-length"u8))
        {
            _ = Utf8Parser.TryParse(value, out _left, out _);
        }
        else if (Ascii.EqualsIgnoreCase(name, "mcp-session-id"u8))
        {
            SessionId = Encoding.ASCII.GetString(value);
        }

        return Ascii.EqualsIgnoreCase(name, "transfer-encoding"u8) && Ascii.EqualsIgnoreCase(value, "chunked"u8);
    }

    private bool ReadChunkSize()
    {
        if (!TryReadLine(out var line))
        {
            return false;
        }

        return Utf8Parser.TryParse(line, out _left, out _, 'x')
            ? Enter(_left == 0 ? State.Trailer : State.Chunk)
            : throw new BenchException("An HTTP response has a chunk without a size.");
    }

    private bool ReadTrailer() => TryReadLine(out var line) && (!line.IsEmpty || Enter(State.Complete));

    private bool ReadBody(State next)
    {
        var count = (int)Math.Min(_left, _end - _start);
        if (_body.Length - _bodyLength < count)
        {
            Array.Resize(ref _body, Math.Max(_body.Length * 2, _bodyLength + count));
        }

        _input.AsSpan(_start, count).CopyTo(_body.AsSpan(_bodyLength));
        _start += count;
        _bodyLength += count;
        _left -= count;
        return _left == 0 && Enter(next);
    }
}
