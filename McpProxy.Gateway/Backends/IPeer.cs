using McpProxy.Gateway.Configuration;
using McpProxy.Gateway.Errors;
using McpProxy.Relay.Messages;
using McpProxy.Relay.Transports;

namespace McpProxy.Gateway.Backends;

/// <summary>What a connection leads to: a process that was started, or a session with a remote server.</summary>
internal interface IPeer : IAsyncDisposable
{
    /// <summary>Where messages go and come from.</summary>
    ITransport Transport { get; }

    /// <summary>Why requests in flight at its end were not answered; null when the link knows that better.</summary>
    ProxyFault? EndFault { get; }

    /// <summary>Waits until it is of no use any more, and what it said last was read.</summary>
    /// <param name="pump">Reads from the transport until that ends.</param>
    Task EndAsync(Task<EndReason> pump);

    /// <summary>How it ended, for an operator; null when there is nothing to tell.</summary>
    string? DescribeEnd();

    /// <summary>After the end: the requests that the server has not looked at.</summary>
    IReadOnlyList<Message> TakeUnsent();

    /// <summary>Starts a backend's command, or a session at its URL.</summary>
    /// <returns>The peer, or why there is none.</returns>
    static (IPeer? Peer, ProxyFault? Fault) Start(string name, BackendOptions options, BackendContext context) =>
        options.IsRemote ? (new RemotePeer(name, options, context), null) : ChildProcess.Start(name, options, context);
}
