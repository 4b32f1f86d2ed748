using System.Text;
using McpProxy.LoadBench.Programs;

namespace McpProxy.LoadBench.Stdio;

/// <summary>A program's stdin and stdout, a message a line, read and written by a thread that blocks: nothing answers sooner.</summary>
internal sealed class LineStream(BenchProgram program)
{
    private byte[] _buffer = new byte[64 * 1024];
    private int _start;
    private int _end;

    /// <summary>Whether a whole line has come and was not read.</summary>
    public bool HasLine => _buffer.AsSpan(_start.._end).Contains((byte)'\n');

    /// <summary>Writes lines.</summary>
    public void Write(ReadOnlySpan<byte> lines)
    {
        program.Input.Write(lines);
        program.Input.Flush();
    }

    /// <summary>Writes a message.</summary>
    public void Write(string message) => Write(Encoding.UTF8.GetBytes(message + "\n"));

    /// <summary>Waits for the next line. It is good until the one after it is read.</summary>
    public ReadOnlySpan<byte> Read()
    {
        var searched = _start;
        while (true)
        {
            var length = _buffer.AsSpan(searched.._end).IndexOf((byte)'\n');
            if (length >= 0)
            {
                var line = _buffer.AsSpan(_start..(searched + length));
                _start = searched + length + 1;
                return line;
            }

            searched = MakeRoom(_end);
            var received = program.Output.Read(_buffer, _end, _buffer.Length - _end);
            _end += received > 0 ? received : throw new BenchException($"The subject closed its stdout. {program.LastWords}");
        }
    }

    private int MakeRoom(int searched)
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start.._end).CopyTo(_buffer);
            (searched, _start, _end) = (searched - _start, 0, _end - _start);
        }

        if (_end == _buffer.Length)
        {
            Array.Resize(ref _buffer, _buffer.Length * 2);
        }

        return searched;
    }
}
