using System.Text;

namespace McpProxy.Relay.Tests.Remote;

/// <summary>An HTTP request as a scripted server saw it.</summary>
internal sealed record ServerRequest(string Method, Uri Uri, IReadOnlyDictionary<string, string> Headers, byte[] Bytes)
{
    public string Body => Encoding.UTF8.GetString(Bytes);

    public string? this[string header] => Headers.GetValueOrDefault(header);

    /// <summary>Whether it is a POST of a message that holds this text.</summary>
    public bool Posts(string text) => Method == "POST" && Body.Contains(text, StringComparison.Ordinal);

    public static async Task<ServerRequest> ReadAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var bytes = request.Content is null ? [] : await request.Content.ReadAsByteArrayAsync(cancellationToken);
        var headers = request.Headers.Concat(request.Content?.Headers.AsEnumerable() ?? [])
            .ToDictionary(header => header.Key, header => string.Join(", ", header.Value), StringComparer.OrdinalIgnoreCase);
        return new ServerRequest(request.Method.Method, request.RequestUri!, headers, bytes);
    }
}
