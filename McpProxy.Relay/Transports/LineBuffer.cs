using McpProxy.Relay.Messages;

namespace McpProxy.Relay.Transports;

/// <summary>
/// What was read of a stream of lines. A line that does not fit gets a larger buffer, four times as large each time: growing copies at
/// most half of a line's bytes on average, and a line in such a buffer is never copied out of it.
/// </summary>
/// <param name="pool">Where larger buffers come from.</param>
/// <param name="maxLineBytes">How long a line may be.</param>
internal sealed class LineBuffer(MessagePool pool, int maxLineBytes)
{
    /// <summary>What a pipe holds on Linux: one read empties it. No read takes more, so that what follows a line always fits.</summary>
    private const int ReadSize = 64 * 1024;

    private const int GrowthFactor = 4;
    private const byte NewLine = (byte)'\n';

    private readonly byte[] _small = GC.AllocateUninitializedArray<byte>(ReadSize);
    private byte[]? _large;
    private int _start;
    private int _end;
    private int _searched;

    /// <summary>What was read and not taken.</summary>
    public ReadOnlySpan<byte> Unread => Buffer.AsSpan(_start, _end - _start);

    /// <summary>Whether the next line did not fit into the first buffer.</summary>
    public bool IsLarge => _large is not null;

    private byte[] Buffer => _large ?? _small;

    /// <summary>Looks for the end of the next line, once at each byte.</summary>
    /// <param name="length">How many bytes come before it.</param>
    public bool TryFindLine(out int length)
    {
        var found = Unread[_searched..].IndexOf(NewLine);
        length = _searched + found;
        _searched = found < 0 ? Unread.Length : 0;
        return found >= 0;
    }

    /// <summary>Where to read to; never empty.</summary>
    public Memory<byte> GetFree()
    {
        if (_start == _end)
        {
            (_start, _end) = (0, 0);
        }
        else if (_end == Buffer.Length)
        {
            MakeRoom();
        }

        return Buffer.AsMemory(_end, Math.Min(Buffer.Length - _end, ReadSize));
    }

    /// <summary>Says how many bytes were read to <see cref="GetFree"/>.</summary>
    public void Advance(int count) => _end += count;

    /// <summary>Lets go of the first bytes.</summary>
    public void Skip(int count)
    {
        if (IsLarge)
        {
            pool.Return(Take(count));
            return;
        }

        _start += count;
        _searched = 0;
    }

    /// <summary>Gives away the rented buffer, which starts with the unread bytes; only of a buffer that is large.</summary>
    /// <param name="count">How many of them go with it.</param>
    public byte[] Take(int count)
    {
        var buffer = _large ?? throw new InvalidOperationException("A line that is not large is copied.");
        Unread[count..].CopyTo(_small);
        (_large, _end, _searched) = (null, _end - count, 0);
        return buffer;
    }

    /// <summary>Lets go of everything.</summary>
    public void Clear()
    {
        Release();
        (_start, _end, _searched) = (0, 0, 0);
    }

    private void MakeRoom()
    {
        var unread = Unread;
        if (_start > 0)
        {
            unread.CopyTo(_small); // A large buffer has its line at its start.
        }
        else
        {
            var larger = pool.Rent((int)Math.Min((long)unread.Length * GrowthFactor, (long)Math.Max(unread.Length, maxLineBytes) + ReadSize));
            unread.CopyTo(larger);
            Release();
            _large = larger;
        }

        (_start, _end) = (0, unread.Length);
    }

    private void Release()
    {
        if (_large is not null)
        {
            pool.Return(_large);
            _large = null;
        }
    }
}
