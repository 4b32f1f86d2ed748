namespace McpProxy.Relay.Messages;

/// <summary>What one line or one POST body held.</summary>
/// <param name="Single">The message, when it was one.</param>
/// <param name="Batch">The messages, when it was an array (revision 2025-03-26, basic, batching): those that are valid.</param>
/// <param name="Fault">What was wrong with it, or with the first invalid message of the array.</param>
/// <param name="Id">The id of the message that was wrong, where it could be read.</param>
public readonly record struct Parsed(Message? Single, IReadOnlyList<Message>? Batch, ScanFault Fault, JsonToken Id)
{
    /// <summary>Whether what was wrong names no method: it may have been meant as the answer to the request with that id.</summary>
    public bool IsAnswer { get; init; }

    /// <summary>Disposes what was read.</summary>
    public void Discard()
    {
        Single?.Dispose();
        foreach (var message in Batch ?? [])
        {
            message.Dispose();
        }
    }
}
