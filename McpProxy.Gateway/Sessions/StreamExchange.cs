using McpProxy.Gateway.Backends;
using McpProxy.Relay.Messages;

namespace McpProxy.Gateway.Sessions;

/// <summary>A request whose answer goes to a stream.</summary>
/// <param name="client">Who asked.</param>
/// <param name="request">The request.</param>
/// <param name="streams">The client's streams.</param>
/// <param name="stream">The stream: the request's own, or on HTTP+SSE the session's.</param>
/// <param name="batch">The batch that the request belongs to: the stream ends with its last answer.</param>
internal sealed class StreamExchange(BackendClient client, Message request, EventStreams streams, EventStream stream, BatchCount? batch = null)
    : Exchange(client, request)
{
    /// <inheritdoc/>
    public override ValueTask OnMessageAsync(Message message, Wakeups? wakeups = null) => streams.AppendAsync(stream, message, isLast: false, wakeups);

    /// <inheritdoc/>
    protected override ValueTask OnResponseAsync(Message response, Wakeups? wakeups) =>
        streams.AppendAsync(stream, response, isLast: stream != streams.Own && batch?.CountDown() != false, wakeups);
}

/// <summary>How many answers of a batch are still to come.</summary>
internal sealed class BatchCount(int requests)
{
    private int _remaining = requests;

    /// <summary>One came; whether it was the last.</summary>
    public bool CountDown() => Interlocked.Decrement(ref _remaining) == 0;
}
