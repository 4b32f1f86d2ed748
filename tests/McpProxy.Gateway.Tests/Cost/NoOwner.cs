using McpProxy.Gateway.Backends;
using McpProxy.Gateway.Errors;
using McpProxy.Relay.Messages;

namespace McpProxy.Gateway.Tests.Cost;

/// <summary>Gets nothing: the server only answers.</summary>
internal sealed class NoOwner : IConnectionOwner
{
    public ValueTask OnMessageAsync(Connection connection, Message message) => throw new InvalidOperationException("An answer to no request.");

    public ValueTask<Message> OnTasksAsync(Exchange exchange, Message response) => throw new InvalidOperationException("Nothing of tasks was asked.");

    public void OnUnanswered(Exchange exchange, ProxyFault fault)
    {
        // What is measured is over.
    }

    public void OnFault(ScanFault fault) => throw new InvalidOperationException($"Not a message: {fault}.");
}
