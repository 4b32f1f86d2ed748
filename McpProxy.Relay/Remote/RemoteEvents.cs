using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text;
using McpProxy.Relay.Messages;

namespace McpProxy.Relay.Remote;

/// <summary>One server-sent event.</summary>
/// <param name="Parsed">What a <c>message</c> event held.</param>
/// <param name="Endpoint">What an <c>endpoint</c> event held (2024-11-05, transports, HTTP with SSE).</param>
internal readonly record struct RemoteEvent(Parsed Parsed, string? Endpoint);

/// <summary>Reads the events of a response, and remembers where to resume it.</summary>
internal sealed class RemoteEvents(MessagePool pool)
{
    /// <summary>The id of the last event that had one.</summary>
    public string? LastEventId { get; private set; }

    /// <summary>How long the server asks to wait before the stream is opened again.</summary>
    public TimeSpan? RetryDelay { get; private set; }

    /// <summary>Reads until the stream ends; the messages are the caller's.</summary>
    public async IAsyncEnumerable<RemoteEvent> ReadAsync(WatchedStream stream, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var parser = SseParser.Create(stream, Parse);
        await foreach (var item in parser.EnumerateAsync(cancellationToken))
        {
            stream.Restart();
            LastEventId = parser.LastEventId is { Length: > 0 } id ? id : LastEventId;
            RetryDelay = item.ReconnectionInterval ?? RetryDelay;
            yield return item.Data;
        }
    }

    private RemoteEvent Parse(string eventType, ReadOnlySpan<byte> data) => eventType switch
    {
        "endpoint" => new RemoteEvent(default, Encoding.UTF8.GetString(data)),
        // An event without data only carries an id to resume from (2025-11-25, transports, sending messages).
        SseParser.EventTypeDefault when !data.IsEmpty => new RemoteEvent(MessageReader.Read(pool, data), null),
        _ => default,
    };
}
