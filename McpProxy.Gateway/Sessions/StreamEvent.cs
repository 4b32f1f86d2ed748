using McpProxy.Relay.Messages;

namespace McpProxy.Gateway.Sessions;

/// <summary>A message on a stream. It is kept until it was delivered and is not wanted for a replay, and nobody is writing it.</summary>
internal sealed class StreamEvent(long sequence, Message message)
{
    /// <summary>Its place on the stream, from 1.</summary>
    public long Sequence => sequence;

    /// <summary>The message.</summary>
    public Message Message => message;

    /// <summary>Whether a reader has sent it.</summary>
    public bool IsDelivered { get; set; }

    /// <summary>How many readers are writing it.</summary>
    public int Users { get; set; }

    /// <summary>Whether the stream has let go of it.</summary>
    public bool IsDropped { get; set; }
}
