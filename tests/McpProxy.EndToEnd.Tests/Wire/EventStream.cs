using System.Text;
using System.Text.Json.Nodes;
using McpProxy.EndToEnd.Tests.Harness;

namespace McpProxy.EndToEnd.Tests.Wire;

/// <summary>Reads a server-sent stream as the HTML standard says, and keeps the comments, which libraries drop.</summary>
internal sealed class EventStream(HttpResponseMessage response, Stream body) : IDisposable
{
    private readonly StreamReader _reader = new(body, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true));

    public HttpResponseMessage Response => response;

    /// <summary>The id of the last event that had one: what a client sends as <c>Last-Event-ID</c>.</summary>
    public string? LastEventId { get; private set; }

    /// <summary>The next event or comment, or null at the end of the stream.</summary>
    public async Task<ServerEvent?> ReadAsync(CancellationToken cancellationToken)
    {
        using var deadline = Wait.Deadline(cancellationToken);
        string? id = null;
        string? type = null;
        var data = new List<string>();
        while (await _reader.ReadLineAsync(deadline.Token) is { } line)
        {
            if (line.Length == 0)
            {
                if (id is null && type is null && data.Count == 0)
                {
                    continue;
                }

                LastEventId = id ?? LastEventId;
                return new ServerEvent(id, type ?? "message", string.Join('\n', data));
            }

            var colon = line.IndexOf(':', StringComparison.Ordinal);
            var (field, value) = colon < 0 ? (line, "") : (line[..colon], line[(colon + 1)..]);
            value = value.StartsWith(' ') ? value[1..] : value;
            switch (field)
            {
                case "":
                    return new ServerEvent(null, "", "", value);
                case "id":
                    id = value;
                    break;
                case "event":
                    type = value;
                    break;
                case "data":
                    data.Add(value);
                    break;
            }
        }

        return null;
    }

    /// <summary>The next JSON-RPC message, past comments and events without data; null at the end of the stream.</summary>
    public async Task<JsonNode?> ReadMessageAsync(CancellationToken cancellationToken)
    {
        // Keep-alive comments must not keep a test alive.
        using var deadline = Wait.Deadline(cancellationToken);
        while (await ReadAsync(deadline.Token) is { } next)
        {
            if (next is { Comment: null, Data.Length: > 0, Type: "message" })
            {
                return JsonNode.Parse(next.Data);
            }
        }

        return null;
    }

    /// <summary>Reads on to the message that matches, which must come before the end of the stream.</summary>
    public async Task<JsonNode> ReadMessageAsync(Func<JsonNode, bool> matches, CancellationToken cancellationToken)
    {
        while (await ReadMessageAsync(cancellationToken) is { } message)
        {
            if (matches(message))
            {
                return message;
            }
        }

        throw new EndOfStreamException("The stream ended before the message came.");
    }

    public async Task<IReadOnlyList<JsonNode>> ReadAllMessagesAsync(CancellationToken cancellationToken)
    {
        var messages = new List<JsonNode>();
        while (await ReadMessageAsync(cancellationToken) is { } message)
        {
            messages.Add(message);
        }

        return messages;
    }

    public void Dispose()
    {
        _reader.Dispose();
        response.Dispose();
    }
}
