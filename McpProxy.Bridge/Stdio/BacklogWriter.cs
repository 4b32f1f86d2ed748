using System.Text;

namespace McpProxy.Bridge.Stdio;

/// <summary>
/// Writes lines to a stream on a thread of its own, so that a stream which takes nothing for a while holds nobody up. Meanwhile the newest
/// lines are kept; how many others were dropped is said in their place. Nothing is thrown when writing fails.
/// </summary>
/// <param name="output">The stream to write to.</param>
/// <param name="encoding">How text is written.</param>
internal sealed class BacklogWriter(Stream output, Encoding encoding) : TextWriter
{
    private const int MaxBacklogCharacters = 512 * 1024;

    /// <summary>How long the end is held up for what is not written yet.</summary>
    private static readonly TimeSpan FlushTime = TimeSpan.FromSeconds(0.5);

    private readonly object _gate = new(); // Not a Lock: the thread waits on it.
    private readonly Queue<string> _backlog = new();
    private Thread? _thread;
    private int _backlogCharacters;
    private int _dropped;
    private bool _ended;

    /// <inheritdoc/>
    public override Encoding Encoding => encoding;

    /// <inheritdoc/>
    public override void Write(char value) => Write(value.ToString());

    /// <inheritdoc/>
    public override void Write(char[] buffer, int index, int count) => Write(new string(buffer, index, count));

    /// <inheritdoc/>
    public override void Write(string? value)
    {
        if (string.IsNullOrEmpty(value))
        {
            return;
        }

        lock (_gate)
        {
            Keep(value);
            if (_thread is null)
            {
                _thread = new Thread(WriteBacklog) { IsBackground = true, Name = nameof(BacklogWriter) };
                _thread.UnsafeStart(); // Not as a part of what its first line is about.
            }

            Monitor.Pulse(_gate);
        }
    }

    /// <inheritdoc/>
    public override void WriteLine(string? value) => Write(value + NewLine);

    /// <inheritdoc/>
    public override Task WriteLineAsync(string? value)
    {
        WriteLine(value);
        return Task.CompletedTask;
    }

    /// <summary>Waits until all is written, but not for long.</summary>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            Thread? thread;
            lock (_gate)
            {
                _ended = true;
                Monitor.Pulse(_gate);
                thread = _thread;
            }

            thread?.Join(FlushTime);
        }

        base.Dispose(disposing);
    }

    private void Keep(string line)
    {
        _backlog.Enqueue(line);
        _backlogCharacters += line.Length;
        while (_backlogCharacters > MaxBacklogCharacters && _backlog.Count > 1)
        {
            _backlogCharacters -= _backlog.Dequeue().Length;
            _dropped++;
        }
    }

    private void WriteBacklog()
    {
        while (TakeBacklog() is { } text)
        {
            try
            {
                output.Write(encoding.GetBytes(text));
                output.Flush();
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // Nobody reads it any more, or there is no room, and that ends nobody's session.
            }
        }
    }

    /// <summary>Waits for lines; null when there will be none.</summary>
    private string? TakeBacklog()
    {
        lock (_gate)
        {
            while (_backlog.Count == 0)
            {
                if (_ended)
                {
                    return null;
                }

                Monitor.Wait(_gate);
            }

            var notice = _dropped == 0 ? "" : $"mcp-proxy: warning: lines dropped here, because nobody read them: {_dropped}{NewLine}";
            var text = notice + string.Concat(_backlog);
            _backlog.Clear();
            _backlogCharacters = 0;
            _dropped = 0;
            return text;
        }
    }
}
