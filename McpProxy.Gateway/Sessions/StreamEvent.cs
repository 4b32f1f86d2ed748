using McpProxy.Relay.Messages;

namespace McpProxy.Gateway.Sessions;

/// <summary>A message on a stream, until it was sent.</summary>
internal sealed class StreamEvent(long sequence, Message message)
{
    /// <summary>Its place on the stream, from 1.</summary>
    public long Sequence => sequence;

    /// <summary>The message.</summary>
    public Message Message => message;

    /// <summary>Whether it was sent before, and is on the stream for one reader only.</summary>
    public bool IsReplay { get; init; }

    /// <summary>How many readers are writing it.</summary>
    public int Users { get; set; }

    /// <summary>Whether the stream has let go of it.</summary>
    public bool IsDropped { get; set; }
}
