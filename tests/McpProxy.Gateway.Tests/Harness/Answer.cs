using System.Net;
using System.Text.Json;

namespace McpProxy.Gateway.Tests.Harness;

/// <summary>A whole HTTP response.</summary>
/// <param name="Status">The status.</param>
/// <param name="MediaType">The media type of the body; null without one.</param>
/// <param name="Body">The body as text.</param>
/// <param name="Headers">All headers.</param>
internal sealed record Answer(HttpStatusCode Status, string? MediaType, string Body, IReadOnlyDictionary<string, string> Headers)
{
    /// <summary>The messages in the body, whether it is JSON or a stream.</summary>
    public IReadOnlyList<JsonElement> Messages => MediaType switch
    {
        "application/json" when Body.StartsWith('[') => [.. JsonElement.Parse(Body).EnumerateArray()],
        "application/json" => [JsonElement.Parse(Body)],
        "text/event-stream" => [.. SseEvent.Parse(Body).Where(item => item.IsMessage).Select(item => item.Message)],
        _ => throw new InvalidDataException($"No messages but {Status} {MediaType}: {Body}"),
    };

    /// <summary>The response among the messages.</summary>
    public JsonElement Response => Messages.Single(message => message.IsResponse());

    public static async Task<Answer> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var body = await response.Content.ReadAsStringAsync(cancellationToken);
        var headers = response.Headers.Concat(response.Content.Headers)
            .ToDictionary(header => header.Key, header => string.Join(", ", header.Value), StringComparer.OrdinalIgnoreCase);
        return new Answer(response.StatusCode, response.Content.Headers.ContentType?.MediaType, body, headers);
    }
}
