using System.Text;
using McpProxy.Relay.Messages;
using McpProxy.Relay.Transports;

namespace McpProxy.Relay.Tests.Transports;

/// <summary>What a transport received, as text: a message as it is, <c>!Fault id</c>, or the reason of the end.</summary>
internal static class Transcript
{
    public static async Task<List<string>> ReceiveAllAsync(this LineTransport transport, CancellationToken cancellationToken)
    {
        List<string> texts = [];
        while (true)
        {
            var received = await transport.ReceiveAsync(cancellationToken);
            texts.Add(Text(received));
            if (received.End != EndReason.None)
            {
                return texts;
            }
        }
    }

    public static async Task<string> ReceiveTextAsync(this LineTransport transport, CancellationToken cancellationToken) =>
        Text(await transport.ReceiveAsync(cancellationToken));

    private static string Text(Received received)
    {
        using var message = received.Message;
        return message is not null ? Encoding.UTF8.GetString(message.ToArray()).TrimEnd(' ')
            : received.Fault != ScanFault.None ? $"!{received.Fault} {received.Id}".TrimEnd()
            : received.End.ToString();
    }
}
