using McpProxy.Gateway.Configuration;
using McpProxy.Gateway.Errors;
using McpProxy.Relay.Messages;
using McpProxy.Relay.Remote;
using McpProxy.Relay.Transports;

namespace McpProxy.Gateway.Backends;

/// <summary>A session with a remote server.</summary>
internal sealed class RemotePeer : IPeer
{
    /// <summary>The link gives up before the transport does: its text names the gateway's own setting.</summary>
    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(5);

    private readonly RemoteTransport _transport;

    public RemotePeer(string name, BackendOptions backend, BackendContext context)
    {
        var options = new RemoteOptions
        {
            Endpoint = backend.GetEndpoint(),
            Kind = BackendRules.KindOf(backend.Transport),
            Headers = [.. backend.Headers],
            ConnectTimeout = (backend.Timeout ?? context.Options.InitializeTimeout) + Margin,
            MaxMessageBytes = context.Options.MaxMessageBytes,
        };

        // The other half of the time is for calls.
        var closing = TimeSpan.FromTicks(Math.Min(options.CloseTimeout.Ticks, context.Options.ShutdownTimeout.Ticks / 2));
        _transport = new RemoteTransport(options with { CloseTimeout = closing }, context.Remote.Http, context.Pool, context.Time, new NamedLogger(name, context.Logger));
    }

    /// <inheritdoc/>
    public ITransport Transport => _transport;

    /// <inheritdoc/>
    public ProxyFault? EndFault => _transport.Ended is { } fault && fault != RemoteFault.Closed ? ProxyFault.Of(fault) : null;

    /// <inheritdoc/>
    public Task EndAsync(Task<EndReason> pump) => pump;

    /// <inheritdoc/>
    public string? DescribeEnd() => EndFault?.Text;

    /// <inheritdoc/>
    public IReadOnlyList<Message> TakeUnsent() => _transport.TakeUnsent();

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _transport.DisposeAsync();
}
