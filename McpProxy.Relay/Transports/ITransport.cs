using McpProxy.Relay.Messages;

namespace McpProxy.Relay.Transports;

/// <summary>A duplex of messages that ends once, with a named reason.</summary>
public interface ITransport : IAsyncDisposable
{
    /// <summary>How many bytes were taken and wait to be sent, where that can be said.</summary>
    long QueuedBytes { get; }

    /// <summary>Sends a message, after those that were sent before it. Safe to call from several threads.</summary>
    /// <param name="message">The message, which the transport disposes; the caller's again when the transport has ended.</param>
    /// <param name="cancellationToken">Gives up waiting for room; the message is disposed.</param>
    /// <returns>Done when the message is queued: false when the transport has ended, and has not sent a byte of it.</returns>
    ValueTask<bool> SendAsync(Message message, CancellationToken cancellationToken);

    /// <summary>Waits for the next message. One receiver at a time.</summary>
    ValueTask<Received> ReceiveAsync(CancellationToken cancellationToken);
}
