using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace McpProxy.Gateway.StreamableHttp;

/// <summary>What a client takes as an answer.</summary>
/// <param name="Sse">Whether it names <c>text/event-stream</c>.</param>
/// <param name="Json">Whether it takes <c>application/json</c>; a client without the header takes anything.</param>
internal readonly record struct AcceptHeader(bool Sse, bool Json)
{
    /// <summary>Reads the header. A wildcard stands for JSON: only who names server-sent events can be trusted to read them.</summary>
    public static AcceptHeader Read(HttpRequest request)
    {
        var values = request.Headers.Accept;
        if (values.Count == 0)
        {
            return new AcceptHeader(Sse: false, Json: true);
        }

        // What most clients send, without parsing it.
        return values.ToString() switch
        {
            "application/json, text/event-stream" or "text/event-stream, application/json" => new AcceptHeader(Sse: true, Json: true),
            "application/json" => new AcceptHeader(Sse: false, Json: true),
            _ => Parse(values),
        };
    }

    private static AcceptHeader Parse(StringValues values)
    {
        var sse = false;
        var json = false;
        if (MediaTypeHeaderValue.TryParseList(values, out var types))
        {
            foreach (var type in types.Where(type => type.Quality is not 0))
            {
                sse |= type.MediaType.Equals("text/event-stream", StringComparison.OrdinalIgnoreCase)
                    || type.MediaType.Equals("text/*", StringComparison.OrdinalIgnoreCase);
                json |= type.MatchesAllTypes || type.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase)
                    || type.MediaType.Equals("application/*", StringComparison.OrdinalIgnoreCase);
            }
        }

        return new AcceptHeader(sse, json);
    }
}
