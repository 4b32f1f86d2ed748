using System.Text.Json;

namespace McpProxy.Gateway.Tests.Harness;

/// <summary>A server-sent event, or a comment.</summary>
/// <param name="Id">Its id, if it has one.</param>
/// <param name="Type">Its type.</param>
/// <param name="Data">Its data.</param>
/// <param name="Comment">The comment, if it is one.</param>
internal sealed record SseEvent(string? Id, string Type, string Data, string? Comment = null)
{
    /// <summary>Whether it carries a message: comments do not, and an event without data only tells its id.</summary>
    public bool IsMessage => Comment is null && Data.Length > 0 && Type == "message";

    public JsonElement Message => JsonElement.Parse(Data);

    /// <summary>Reads the events of a body that is complete.</summary>
    public static IReadOnlyList<SseEvent> Parse(string body) => [.. body
        .Split("\n\n", StringSplitOptions.RemoveEmptyEntries)
        .Select(block => Parse(block.Split('\n')))];

    /// <summary>Reads the lines of one event (HTML standard, server-sent events, interpreting an event stream).</summary>
    public static SseEvent Parse(IReadOnlyList<string> lines)
    {
        if (lines is [[':', ..]])
        {
            return new SseEvent(null, "", "", lines[0][1..].Trim());
        }

        var fields = lines
            .Select(line => line.Split(':', 2))
            .ToLookup(field => field[0], field => field is [_, [' ', .. var value]] ? value : field.ElementAtOrDefault(1) ?? "");
        return new SseEvent(fields["id"].LastOrDefault(), fields["event"].LastOrDefault("message"), string.Join('\n', fields["data"]));
    }
}
