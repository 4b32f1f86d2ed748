using McpProxy.Relay.Messages;

namespace McpProxy.Relay.Transports;

/// <summary>What is sent on a transport whose end leaves nothing to be done.</summary>
public static class TransportExtensions
{
    /// <summary>Sends a message that can be sent on this transport or not at all: it is disposed when the transport has ended.</summary>
    /// <returns>False when the transport has ended.</returns>
    public static ValueTask<bool> SendOrDiscardAsync(this ITransport transport, Message message, CancellationToken cancellationToken)
    {
        var sent = transport.SendAsync(message, cancellationToken);
        if (!sent.IsCompletedSuccessfully)
        {
            return WaitAsync(sent, message);
        }

        var isSent = sent.Result;
        if (!isSent)
        {
            message.Dispose();
        }

        return new ValueTask<bool>(isSent);
    }

    private static async ValueTask<bool> WaitAsync(ValueTask<bool> sent, Message message)
    {
        if (await sent)
        {
            return true;
        }

        message.Dispose();
        return false;
    }
}
