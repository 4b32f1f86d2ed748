using System.Buffers.Text;
using System.Text;

namespace McpProxy.LoadBench.Sessions;

/// <summary>The request of a call, built once; each call has a number of its own, which is patched in.</summary>
internal sealed class EchoCall
{
    // Ten digits, always; a range for each, so that an answer that went astray is no right one.
    private const long FirstNumber = 1_000_000_000;
    private const long RangeLength = 10_000_000;
    private const int Ranges = 900;
    private const int Digits = 10;
    private static int _ranges;

    private readonly byte[] _request;
    private readonly int[] _offsets;
    private readonly byte[] _expectedId = Encoding.ASCII.GetBytes($"\"id\":{FirstNumber}");
    private long _number = FirstNumber + (Interlocked.Increment(ref _ranges) % Ranges * RangeLength);

    /// <param name="build">Makes the bytes of a request from those of a message.</param>
    public EchoCall(Func<string, byte[]> build)
    {
        _request = build(Messages.Echo(FirstNumber));
        var number = Encoding.ASCII.GetBytes($"{FirstNumber}");
        _offsets = [.. Enumerable.Range(0, _request.Length - Digits).Where(offset => _request.AsSpan(offset).StartsWith(number))];
    }

    /// <summary>The bytes of the next call.</summary>
    public ReadOnlyMemory<byte> Next()
    {
        _number++;
        foreach (var offset in _offsets)
        {
            Utf8Formatter.TryFormat(_number, _request.AsSpan(offset), out _);
        }

        Utf8Formatter.TryFormat(_number, _expectedId.AsSpan(^Digits), out _);
        return _request;
    }

    /// <summary>Whether a message has the last call's id.</summary>
    public bool HasId(ReadOnlySpan<byte> message) => message.IndexOf(_expectedId) >= 0;

    /// <summary>Whether an answer is the last call's: its id, and what was to be echoed.</summary>
    public bool IsAnsweredBy(ReadOnlySpan<byte> answer)
    {
        var id = answer.IndexOf(_expectedId);
        var number = _expectedId.AsSpan(^Digits);
        return id >= 0 && (answer[..id].IndexOf(number) >= 0 || answer[(id + _expectedId.Length)..].IndexOf(number) >= 0);
    }
}
