using McpProxy.Relay.Messages;

namespace McpProxy.Gateway.Sessions;

/// <summary>A message on a stream, until it was sent. Guarded by <see cref="EventStreams"/>.</summary>
internal sealed class StreamEvent(long sequence, Message message)
{
    private int _users;
    private bool _isDropped; // The stream has let go of it.

    /// <summary>Its place on the stream, from 1.</summary>
    public long Sequence => sequence;

    /// <summary>The message.</summary>
    public Message Message => message;

    /// <summary>Whether it was sent before, and is on the stream for one reader only.</summary>
    public bool IsReplay { get; init; }

    /// <summary>A reader is writing it.</summary>
    public void Use() => _users++;

    /// <summary>A reader has written it, or never will.</summary>
    public void Release()
    {
        _users--;
        DisposeIfUnused();
    }

    /// <summary>The stream lets go of it. Who is writing it has it still.</summary>
    public void Drop()
    {
        _isDropped = true;
        DisposeIfUnused();
    }

    /// <summary>The stream lets go of it, and the caller has its message, or another like it.</summary>
    public Message Take()
    {
        _isDropped = true;
        return _users == 0 ? message : message.Clone();
    }

    private void DisposeIfUnused()
    {
        if (_isDropped && _users == 0)
        {
            message.Dispose();
        }
    }
}
