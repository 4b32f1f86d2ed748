using McpProxy.Gateway.Backends;
using McpProxy.Gateway.Errors;
using McpProxy.Relay.Messages;
using McpProxy.Relay.Telemetry;

namespace McpProxy.Gateway.Sessions;

/// <summary>The client behind one POST that stands alone: it has no stream but that of its request, and answers nothing.</summary>
internal sealed class LoneClient(Backend backend) : BackendClient
{
    /// <inheritdoc/>
    public override ValueTask<ProxyFault?> DeliverAsync(Message message)
    {
        message.Dispose();
        return ValueTask.FromResult<ProxyFault?>(ProxyFault.StatelessClient);
    }

    /// <inheritdoc/>
    public override McpOperation? Begin(Message request) => McpOperation.Begin(request, backend.Callers);

    /// <inheritdoc/>
    public override void OnCompleted(Exchange exchange)
    {
        // Nothing is kept.
    }
}
