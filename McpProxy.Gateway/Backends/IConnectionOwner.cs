using McpProxy.Gateway.Errors;
using McpProxy.Relay.Messages;

namespace McpProxy.Gateway.Backends;

/// <summary>Takes what a backend sends and what answers no request: its own requests and its notifications.</summary>
internal interface IConnectionOwner
{
    /// <summary>Takes a message; the owner disposes it. While it waits, nothing more is read from the backend.</summary>
    ValueTask OnMessageAsync(Connection connection, Message message);

    /// <summary>Takes an answer that speaks of tasks: it says which one the request has become, or lists them.</summary>
    /// <returns>What the client gets in its place.</returns>
    ValueTask<Message> OnTasksAsync(Exchange exchange, Message response);

    /// <summary>A client's request was not answered, because the connection ended.</summary>
    void OnUnanswered(Exchange exchange, ProxyFault fault);

    /// <summary>The backend sent something that is no message.</summary>
    void OnFault(ScanFault fault);
}
