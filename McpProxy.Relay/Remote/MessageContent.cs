using System.Buffers;
using System.Net;
using System.Net.Http.Headers;
using McpProxy.Relay.Messages;

namespace McpProxy.Relay.Remote;

/// <summary>A message as the body of a POST. It can be sent more than once; the message stays its owner's.</summary>
internal sealed class MessageContent : HttpContent
{
    private const int ChunkBytes = 64 * 1024;
    private static readonly MediaTypeHeaderValue Json = new("application/json");

    private readonly Lock _gate = new();
    private readonly Message _message;
    private bool _disposed;

    public MessageContent(Message message)
    {
        _message = message;
        Headers.ContentType = Json;
    }

    /// <summary>Called when all of it was written.</summary>
    public Action? Written { get; init; }

    /// <inheritdoc/>
    protected override bool TryComputeLength(out long length)
    {
        length = _message.Length;
        return true;
    }

    /// <inheritdoc/>
    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    /// <inheritdoc/>
    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        var staging = ArrayPool<byte>.Shared.Rent(Math.Min(_message.Length, ChunkBytes));
        try
        {
            var chunk = new FixedWriter(staging);
            for (var offset = 0; offset < _message.Length;)
            {
                offset += WriteChunk(chunk, offset);
                await stream.WriteAsync(chunk.WrittenMemory, cancellationToken);
                chunk.Clear();
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(staging);
        }

        Written?.Invoke();
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        lock (_gate)
        {
            _disposed = true;
        }

        base.Dispose(disposing);
    }

    /// <summary>
    /// Over HTTP/2 an answer can come while the body is still being sent: nothing is read after the content was disposed, because the
    /// message's buffer may be another's then.
    /// </summary>
    private int WriteChunk(FixedWriter chunk, int offset)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            return _message.WriteTo(chunk, offset, chunk.Free);
        }
    }
}
