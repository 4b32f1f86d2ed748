using McpProxy.Gateway.Backends;
using McpProxy.Gateway.Errors;
using McpProxy.Relay.Messages;

namespace McpProxy.Gateway.Sessions;

/// <summary>The client behind one POST that stands alone: it has no stream but that of its request, and answers nothing.</summary>
internal sealed class LoneClient : BackendClient
{
    /// <inheritdoc/>
    public override ValueTask<ProxyFault?> DeliverAsync(Message message)
    {
        message.Dispose();
        return ValueTask.FromResult<ProxyFault?>(ProxyFault.StatelessClient);
    }

    /// <inheritdoc/>
    public override void OnCompleted(Exchange exchange)
    {
        // Nothing is kept.
    }
}
