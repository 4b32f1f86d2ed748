using McpProxy.Gateway.Configuration;
using McpProxy.Relay.Messages;

namespace McpProxy.Gateway.Backends;

/// <summary>What every backend works with.</summary>
/// <param name="Options">The gateway's options.</param>
/// <param name="Pool">Where messages come from.</param>
/// <param name="Time">The clock.</param>
/// <param name="Http">Sends requests to remote servers.</param>
/// <param name="Logger">The log of all backends; each record names its backend.</param>
internal sealed record BackendContext(GatewayOptions Options, MessagePool Pool, TimeProvider Time, Lazy<HttpMessageInvoker> Http, ILogger Logger)
{
    /// <summary>What backends wrote to stderr last.</summary>
    public StderrHistory Stderr { get; } = new();
}
