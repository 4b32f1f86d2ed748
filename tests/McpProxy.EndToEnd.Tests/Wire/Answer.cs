using System.Net;
using System.Text.Json.Nodes;
using McpProxy.EndToEnd.Tests.Harness;

namespace McpProxy.EndToEnd.Tests.Wire;

/// <param name="Status">The HTTP status.</param>
/// <param name="MediaType">The media type of the body, null without one.</param>
/// <param name="Body">The body as text.</param>
/// <param name="Headers">Headers of the response and of its body.</param>
internal sealed record Answer(HttpStatusCode Status, string? MediaType, string Body, IReadOnlyDictionary<string, string> Headers)
{
    public JsonNode Json => JsonNode.Parse(Body) ?? throw new InvalidDataException("The body is the JSON null.");

    public static async Task<Answer> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        using var deadline = Wait.Deadline(cancellationToken);
        var body = await response.Content.ReadAsStringAsync(deadline.Token);
        var headers = response.Headers.Concat(response.Content.Headers)
            .ToDictionary(header => header.Key, header => string.Join(", ", header.Value), StringComparer.OrdinalIgnoreCase);
        return new Answer(response.StatusCode, response.Content.Headers.ContentType?.MediaType, body, headers);
    }
}
