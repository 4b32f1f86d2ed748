using McpProxy.Relay.Messages;

namespace McpProxy.Relay.Transports;

/// <summary>What a transport received: a message, something that is no message, or its end.</summary>
/// <param name="Message">The message; the receiver's to dispose.</param>
/// <param name="Fault">Why what came is no message.</param>
/// <param name="Id">The id of what is no message, where it could be read.</param>
/// <param name="End">Why nothing more will come.</param>
public readonly record struct Received(Message? Message, ScanFault Fault, JsonToken Id, EndReason End)
{
    /// <summary>Whether what is no message may have been meant as the answer to the request with that id.</summary>
    public bool IsAnswer { get; init; }
}
