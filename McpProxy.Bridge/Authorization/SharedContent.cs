using System.Net;

namespace McpProxy.Bridge.Authorization;

/// <summary>A body that belongs to another request, and outlives this one.</summary>
internal sealed class SharedContent : HttpContent
{
    private readonly HttpContent _content;

    public SharedContent(HttpContent content)
    {
        _content = content;
        Headers.AddAll(content.Headers);
    }

    /// <inheritdoc/>
    protected override bool TryComputeLength(out long length)
    {
        length = _content.Headers.ContentLength ?? 0;
        return _content.Headers.ContentLength is not null;
    }

    /// <inheritdoc/>
    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => _content.CopyToAsync(stream, context);

    /// <inheritdoc/>
    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken) =>
        _content.CopyToAsync(stream, context, cancellationToken);
}
