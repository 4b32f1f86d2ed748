namespace McpProxy.Relay.Tests.Transports;

/// <summary>Gives one piece a read, then the end of file, or a failure.</summary>
internal sealed class ScriptedInput(IEnumerable<byte[]> pieces, Exception? failure = null) : TestStream
{
    private readonly IEnumerator<byte[]> _pieces = pieces.GetEnumerator();
    private ReadOnlyMemory<byte> _rest;

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_rest.IsEmpty && _pieces.MoveNext())
        {
            _rest = _pieces.Current;
        }

        if (_rest.IsEmpty && failure is not null)
        {
            return ValueTask.FromException<int>(failure);
        }

        var count = Math.Min(buffer.Length, _rest.Length);
        _rest[..count].CopyTo(buffer);
        _rest = _rest[count..];
        return ValueTask.FromResult(count);
    }
}
