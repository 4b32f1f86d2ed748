using McpProxy.Relay.Messages;

namespace McpProxy.Relay.Transports;

/// <summary>
/// One message a line over two streams: the stdio transport (MCP 2025-11-25, basic/transports, stdio; the same since 2024-11-05).
/// </summary>
public sealed class LineTransport : ITransport
{
    private readonly LineReader _reader;
    private readonly LineWriter _writer;

    /// <summary>Takes over both streams.</summary>
    /// <param name="input">What the peer writes.</param>
    /// <param name="output">What the peer reads.</param>
    /// <param name="pool">Where message buffers come from.</param>
    /// <param name="maxMessageBytes">How long a line may be, in bytes; a longer one is skipped and reported as <see cref="ScanFault.TooLarge"/>.</param>
    /// <param name="isFair">Whether reading leaves its thread to others, for one of the pool, while a line is long or there is always more.</param>
    public LineTransport(Stream input, Stream output, MessagePool pool, int maxMessageBytes, bool isFair = false)
    {
        _reader = new LineReader(input, pool, maxMessageBytes, isFair);
        _writer = new LineWriter(output);
    }

    /// <summary>Done when writing has failed, and why: the peer reads no more, though it may still have something to say.</summary>
    public Task<Exception> WriteFailed => _writer.Failed;

    /// <summary>How many bytes wait to be written.</summary>
    public long QueuedBytes => _writer.QueuedBytes;

    /// <inheritdoc/>
    public ValueTask<bool> SendAsync(Message message, CancellationToken cancellationToken) => _writer.SendAsync(message, cancellationToken);

    /// <summary>Writes what is queued, then closes the output: the peer reads end of file.</summary>
    public Task CompleteAsync() => _writer.CompleteAsync();

    /// <inheritdoc/>
    public ValueTask<Received> ReceiveAsync(CancellationToken cancellationToken) => _reader.ReceiveAsync(cancellationToken);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _writer.DisposeAsync();
        await _reader.DisposeAsync();
    }
}
