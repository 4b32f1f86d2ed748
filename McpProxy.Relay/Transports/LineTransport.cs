using McpProxy.Relay.Messages;

namespace McpProxy.Relay.Transports;

/// <summary>
/// One message a line over two streams: the stdio transport (MCP 2025-11-25, basic/transports, stdio; the same since 2024-11-05).
/// </summary>
public sealed class LineTransport : ITransport
{
    private readonly LineReader _reader;
    private readonly LineWriter _writer;
    private readonly Queue<Message> _batch = new();
    private Received? _afterBatch;

    /// <summary>Takes over both streams.</summary>
    /// <param name="input">What the peer writes.</param>
    /// <param name="output">What the peer reads.</param>
    /// <param name="pool">Where message buffers come from.</param>
    /// <param name="maxMessageBytes">How long a line may be, in bytes; a longer one is skipped and reported as <see cref="ScanFault.TooLarge"/>.</param>
    public LineTransport(Stream input, Stream output, MessagePool pool, int maxMessageBytes)
    {
        _reader = new LineReader(input, pool, maxMessageBytes);
        _writer = new LineWriter(output);
    }

    /// <summary>How many bytes wait to be written.</summary>
    public long QueuedBytes => _writer.QueuedBytes;

    /// <inheritdoc/>
    public ValueTask<bool> SendAsync(Message message, CancellationToken cancellationToken) => _writer.SendAsync(message, cancellationToken);

    /// <summary>Writes what is queued, then closes the output: the peer reads end of file.</summary>
    public Task CompleteAsync() => _writer.CompleteAsync();

    /// <inheritdoc/>
    public async ValueTask<Received> ReceiveAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            if (_batch.TryDequeue(out var next))
            {
                return new Received(next, ScanFault.None, default, EndReason.None);
            }

            if (_afterBatch is { } fault)
            {
                _afterBatch = null;
                return fault;
            }

            var line = await _reader.ReadAsync(cancellationToken);
            if (line.End != EndReason.None)
            {
                return new Received(null, ScanFault.None, default, line.End);
            }

            if (line.Parsed.Single is { } message)
            {
                return new Received(message, ScanFault.None, default, EndReason.None);
            }

            foreach (var item in line.Parsed.Batch ?? [])
            {
                _batch.Enqueue(item);
            }

            if (line.Parsed.Fault != ScanFault.None)
            {
                _afterBatch = new Received(null, line.Parsed.Fault, line.Parsed.Id, EndReason.None);
            }
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _writer.DisposeAsync();
        await _reader.DisposeAsync();
        while (_batch.TryDequeue(out var message))
        {
            message.Dispose();
        }
    }
}
