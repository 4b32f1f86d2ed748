using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text;
using McpProxy.Relay.Messages;

namespace McpProxy.Relay.Remote;

/// <summary>One server-sent event.</summary>
/// <param name="Parsed">What a <c>message</c> event held.</param>
/// <param name="Endpoint">What an <c>endpoint</c> event held (2024-11-05, transports, HTTP with SSE).</param>
internal sealed record RemoteEvent(Parsed Parsed, string? Endpoint)
{
    /// <summary>An event that says nothing.</summary>
    public static readonly RemoteEvent Empty = new(default, null);
}

/// <summary>Reads the events of a response, and remembers where to resume it.</summary>
/// <param name="pool">Where message buffers come from.</param>
/// <param name="maxBytes">How large a message may be.</param>
internal sealed class RemoteEvents(MessagePool pool, int maxBytes)
{
    /// <summary>The id of the last event that had one.</summary>
    public string? LastEventId { get; private set; }

    /// <summary>How long the server asks to wait before the stream is opened again.</summary>
    public TimeSpan? RetryDelay { get; private set; }

    /// <summary>Reads until the stream ends; the messages are the caller's.</summary>
    public async IAsyncEnumerable<RemoteEvent> ReadAsync(WatchedStream stream, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var parser = SseParser.Create(stream, Parse);
        try
        {
            await foreach (var item in parser.EnumerateAsync(cancellationToken))
            {
                stream.Restart();

                // Not at the end of the stream: then it may be the id of an event that was cut.
                LastEventId = parser.LastEventId is { Length: > 0 } id ? id : LastEventId;
                yield return item.Data;
            }
        }
        finally
        {
            // Here, because it may come without an event (2025-11-25, transports, sending messages).
            RetryDelay = parser.ReconnectionInterval >= TimeSpan.Zero ? parser.ReconnectionInterval : RetryDelay;
        }
    }

    private RemoteEvent Parse(string eventType, ReadOnlySpan<byte> data) => eventType switch
    {
        _ when data.Length > maxBytes => throw new RemoteException(RemoteFault.TooLarge),
        "endpoint" => new RemoteEvent(default, Encoding.UTF8.GetString(data)),
        // An event without data only carries an id to resume from (2025-11-25, transports, sending messages).
        SseParser.EventTypeDefault when !data.IsEmpty => new RemoteEvent(MessageReader.Read(pool, data), null),
        _ => RemoteEvent.Empty,
    };
}
