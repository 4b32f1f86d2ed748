using McpProxy.Gateway.Configuration;
using McpProxy.Relay.Messages;
using McpProxy.Relay.Processes;

namespace McpProxy.Gateway.Backends;

/// <summary>What every backend works with.</summary>
/// <param name="Options">The gateway's options.</param>
/// <param name="Pool">Where messages come from.</param>
/// <param name="Time">The clock.</param>
/// <param name="Remote">Sends requests to remote servers.</param>
/// <param name="Guard">Ends the processes if we are killed.</param>
/// <param name="Logger">The log of all backends; each record names its backend.</param>
internal sealed record BackendContext(GatewayOptions Options, MessagePool Pool, TimeProvider Time, RemoteClient Remote, ProcessGuard Guard, ILogger Logger)
{
    /// <summary>What backends wrote to stderr last.</summary>
    public StderrHistory Stderr { get; } = new();

    /// <summary>What stopping a process may take; less than usual when everything stops and there is less time.</summary>
    public StopLimit StopLimit { get; } = new();
}
