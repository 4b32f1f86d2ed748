using System.Buffers;
using System.Diagnostics;

namespace McpProxy.Floor;

/// <summary>
/// The child's two pipes. What comes while a write is under way goes with the next one; a thread blocks in reads.
/// The child answers in order, so the oldest receiver gets the next line.
/// </summary>
internal sealed class LinePipe
{
    private readonly Lock _lock = new();
    private readonly Stream _input;
    private readonly Stream _output;
    private readonly Queue<ILineReceiver> _waiting = new();
    private ArrayBufferWriter<byte> _next = new(64 * 1024);
    private ArrayBufferWriter<byte> _written = new(64 * 1024);
    private bool _isWriting;

    private LinePipe(Stream input, Stream output) => (_input, _output) = (input, output);

    /// <summary>Connects to a child that was started.</summary>
    public static LinePipe Start(Process child)
    {
        var pipe = new LinePipe(child.StandardInput.BaseStream, child.StandardOutput.BaseStream);
        new Thread(pipe.ReadLines) { IsBackground = true, Name = "child output" }.Start();
        return pipe;
    }

    /// <summary>Sends a body as a line.</summary>
    public void Send(in ReadOnlySequence<byte> body, ILineReceiver receiver)
    {
        lock (_lock)
        {
            _waiting.Enqueue(receiver);
            foreach (var segment in body)
            {
                _next.Write(segment.Span);
            }

            _next.Write("\n"u8);
            if (_isWriting)
            {
                return;
            }

            _isWriting = true;
        }

        while (TakeNext())
        {
            _input.Write(_written.WrittenSpan);
            _input.Flush();
            _written.ResetWrittenCount();
        }
    }

    private bool TakeNext()
    {
        lock (_lock)
        {
            (_next, _written) = (_written, _next);
            return _isWriting = _written.WrittenCount > 0;
        }
    }

    private void ReadLines()
    {
        var buffer = new byte[64 * 1024];
        var used = 0;
        while (_output.Read(buffer, used, buffer.Length - used) is var read and > 0)
        {
            var (start, searched) = (0, used);
            used += read;
            while (buffer.AsSpan(searched, used - searched).IndexOf((byte)'\n') is var length and >= 0)
            {
                NextReceiver().Receive(buffer.AsSpan(start..(searched + length)));
                start = searched += length + 1;
            }

            buffer.AsSpan(start..used).CopyTo(buffer);
            used -= start;
            if (used == buffer.Length)
            {
                Array.Resize(ref buffer, buffer.Length * 2);
            }
        }
    }

    private ILineReceiver NextReceiver()
    {
        lock (_lock)
        {
            return _waiting.Dequeue();
        }
    }
}
