using System.IO.Pipelines;
using System.Net;
using System.Net.Http.Headers;
using McpProxy.Relay.Messages;

namespace McpProxy.Relay.Remote;

/// <summary>A message as the body of a POST. It can be sent more than once; the message stays its owner's.</summary>
internal sealed class MessageContent : HttpContent
{
    private const int ChunkBytes = 64 * 1024;
    private static readonly MediaTypeHeaderValue Json = new("application/json");

    private readonly Message _message;

    public MessageContent(Message message)
    {
        _message = message;
        Headers.ContentType = Json;
    }

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
        var writer = PipeWriter.Create(stream, new StreamPipeWriterOptions(leaveOpen: true));
        for (var offset = 0; offset < _message.Length;)
        {
            offset += _message.WriteTo(writer, offset, ChunkBytes);
            await writer.FlushAsync(cancellationToken);
        }

        await writer.CompleteAsync();
    }
}
