using System.Globalization;

namespace McpProxy.Gateway.Sessions;

/// <summary>
/// The id of an SSE event, such as <c>3-17</c>: which stream of the session, and which place on it (MCP 2025-11-25, transports,
/// resumability: unique in the session, and it tells its stream).
/// </summary>
internal readonly record struct SseEventId(int Stream, long Sequence)
{
    /// <summary>Reads a <c>Last-Event-ID</c> header.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out SseEventId id)
    {
        id = default;
        var dash = text.IndexOf('-');
        if (dash < 0
            || !int.TryParse(text[..dash], NumberStyles.None, CultureInfo.InvariantCulture, out var stream)
            || !long.TryParse(text[(dash + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var sequence))
        {
            return false;
        }

        id = new SseEventId(stream, sequence);
        return true;
    }
}
