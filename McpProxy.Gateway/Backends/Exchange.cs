using McpProxy.Gateway.Errors;
using McpProxy.Relay.Messages;
using McpProxy.Relay.Telemetry;

namespace McpProxy.Gateway.Backends;

/// <summary>A request that was sent up and waits for its answer. It ends exactly once.</summary>
internal abstract class Exchange(BackendClient? client, Message request)
{
    private int _completed;
    private Connection? _connection;

    /// <summary>Who asked; null when the gateway itself did.</summary>
    public BackendClient? Client => client;

    /// <summary>The id that the client chose.</summary>
    public JsonToken Id { get; } = request.Id;

    /// <summary>The progress token that the client chose, or none.</summary>
    public JsonToken ProgressToken { get; } = JsonToken.Read(request[request.Envelope.ProgressToken]);

    /// <summary>The request's method.</summary>
    public McpMethod Method { get; } = request.Envelope.Method;

    /// <summary>What is traced and measured of it; null when nobody listens.</summary>
    public McpOperation? Operation { get; } = client is null ? McpOperation.BeginOwn(request) : client.Begin(request);

    /// <summary>The id that the backend sees.</summary>
    public JsonToken WireId { get; set; }

    /// <summary>The progress token that the backend sees, or none.</summary>
    public JsonToken WireToken { get; set; }

    /// <summary>The connection that it was sent on.</summary>
    /// <remarks>Set with a fence: who sends it says so and then looks whether it has ended, who cancels it ends it and then looks here.</remarks>
    public Connection? Connection { get => Volatile.Read(ref _connection); set => Interlocked.Exchange(ref _connection, value); }

    /// <summary>Whether it was sent a second time, because the server had not looked at it.</summary>
    public bool IsSentAgain { get; set; }

    /// <summary>Called before the answer is passed on; true when it is a result, false when it is an error.</summary>
    public Action<bool>? Answered { get; set; }

    /// <summary>Whether it has ended.</summary>
    public bool IsCompleted => Volatile.Read(ref _completed) != 0;

    /// <summary>Ends the exchange with its response.</summary>
    /// <param name="response">The response, which is disposed in any case.</param>
    /// <param name="wakeups">Takes whoever waits for it; null when that one is to go on at once, on a thread of the pool.</param>
    public ValueTask CompleteAsync(Message response, Wakeups? wakeups = null)
    {
        if (Interlocked.Exchange(ref _completed, 1) != 0)
        {
            response.Dispose();
            return ValueTask.CompletedTask;
        }

        Operation?.End(response);
        Answered?.Invoke(!response.Envelope.IsError);
        client?.OnCompleted(this);
        return OnResponseAsync(response, wakeups);
    }

    /// <summary>Ends the exchange with an error of ours.</summary>
    public ValueTask FailAsync(ProxyFault fault, MessagePool pool) => CompleteAsync(fault.ToMessage(pool, Id));

    /// <summary>Takes a message that belongs to this request and is not its answer: progress.</summary>
    public abstract ValueTask OnMessageAsync(Message message, Wakeups? wakeups = null);

    /// <summary>Takes the answer.</summary>
    protected abstract ValueTask OnResponseAsync(Message response, Wakeups? wakeups);
}
