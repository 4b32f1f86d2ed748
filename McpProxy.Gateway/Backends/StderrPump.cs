using System.Text;
using McpProxy.Relay.Transports;

namespace McpProxy.Gateway.Backends;

/// <summary>Brings what a server writes to stderr into our log, a record a line.</summary>
internal sealed class StderrPump(string backend, Stream stderr, StderrHistory history, ILogger logger)
{
    private const int MaxLineBytes = 16 * 1024;

    private readonly byte[] _buffer = new byte[MaxLineBytes];
    private int _length;

    /// <summary>Reads until the stream ends. A line that is too long becomes several.</summary>
    public async Task RunAsync()
    {
        try
        {
            int read;
            while ((read = await stderr.ReadAsync(_buffer.AsMemory(_length), CancellationToken.None)) > 0)
            {
                await PoolThread.SwitchAsync(); // A log may be long.
                _length += read;
                LogLines();
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or OperationCanceledException)
        {
            // The process is gone.
        }

        Log(_buffer.AsSpan(0, _length));
    }

    private void LogLines()
    {
        var rest = _buffer.AsSpan(0, _length);
        while (rest.IndexOf((byte)'\n') is var end and >= 0)
        {
            Log(rest[..end]);
            rest = rest[(end + 1)..];
        }

        if (rest.Length == MaxLineBytes)
        {
            Log(rest);
            rest = default;
        }

        rest.CopyTo(_buffer);
        _length = rest.Length;
    }

    private void Log(ReadOnlySpan<byte> line)
    {
        line = line.TrimEnd((byte)'\r');
        if (line.IsEmpty)
        {
            return;
        }

        var text = Encoding.UTF8.GetString(line);
        history.Add(backend, text);
        logger.Stderr(backend, text);
    }
}
