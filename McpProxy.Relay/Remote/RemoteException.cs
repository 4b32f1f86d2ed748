namespace McpProxy.Relay.Remote;

/// <summary>Carries a fault out of a chain of HTTP handlers, to whoever sent the request.</summary>
/// <param name="fault">What the sender is told.</param>
/// <param name="inner">What happened.</param>
public class RemoteException(RemoteFault fault, Exception? inner = null) : Exception(fault.Text, inner)
{
    /// <summary>What the sender is told.</summary>
    public RemoteFault Fault => fault;

    /// <summary>Whether the server may speak the other transport.</summary>
    internal bool MayBeOtherTransport { get; init; }
}
