using McpProxy.Gateway.Errors;
using McpProxy.Relay.Messages;
using McpProxy.Relay.Telemetry;

namespace McpProxy.Gateway.Backends;

/// <summary>Whoever uses a connection: a client's session, or one POST that stands alone.</summary>
internal abstract class BackendClient
{
    private HashSet<string>? _subscriptions;

    /// <summary>The level from which this client gets log messages, once it set one and while it shares its connection.</summary>
    public LogSeverity? LogLevel { get; set; }

    /// <summary>The resources that this client subscribed to, while it shares its connection. Guarded by the link.</summary>
    public HashSet<string> Subscriptions => _subscriptions ??= new HashSet<string>(StringComparer.Ordinal);

    /// <summary>Whether anything was subscribed to, without making the set.</summary>
    public bool HasSubscriptions => _subscriptions is { Count: > 0 };

    /// <summary>Takes a message that belongs to no request of the client's own: a notification, or a request of the server's.</summary>
    /// <param name="message">The message; the client disposes it.</param>
    /// <returns>Why a request cannot reach the client, or null.</returns>
    public abstract ValueTask<ProxyFault?> DeliverAsync(Message message);

    /// <summary>Begins to trace and measure a request of the client's; null when nobody listens.</summary>
    public abstract McpOperation? Begin(Message request);

    /// <summary>Called once for each request when its answer is known.</summary>
    public abstract void OnCompleted(Exchange exchange);
}
