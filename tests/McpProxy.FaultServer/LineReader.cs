namespace McpProxy.FaultServer;

/// <summary>Reads lines as bytes, with everything that is in them but the line feed.</summary>
internal sealed class LineReader(Stream input)
{
    private byte[] _buffer = new byte[64 * 1024];
    private int _start;
    private int _end;

    /// <summary>Returns the next line, or null at the end of the input; a last line without a line feed counts.</summary>
    public async Task<byte[]?> ReadAsync()
    {
        var searched = _start;
        while (true)
        {
            var length = _buffer.AsSpan(searched.._end).IndexOf((byte)'\n');
            if (length >= 0)
            {
                var line = _buffer[_start..(searched + length)];
                _start = searched + length + 1;
                return line;
            }

            searched = _end;
            MakeRoom(ref searched);
            var read = await input.ReadAsync(_buffer.AsMemory(_end));
            if (read == 0)
            {
                var rest = _buffer[_start.._end];
                _start = _end;
                return rest.Length > 0 ? rest : null;
            }

            _end += read;
        }
    }

    private void MakeRoom(ref int searched)
    {
        _buffer.AsSpan(_start.._end).CopyTo(_buffer);
        (searched, _end, _start) = (searched - _start, _end - _start, 0);
        if (_end == _buffer.Length)
        {
            Array.Resize(ref _buffer, _buffer.Length * 2);
        }
    }
}
