namespace McpProxy.Relay.Messages;

/// <summary>Where a JSON token stands in a message: byte offset and length, quotes included. Empty when the message has no such token.</summary>
public readonly record struct Slice(int Start, int Length)
{
    /// <summary>Whether the token is missing.</summary>
    public bool IsEmpty => Length == 0;

    /// <summary>The offset of the first byte after the token.</summary>
    public int End => Start + Length;

    internal Slice Shift(int offset) => IsEmpty ? this : new Slice(Start + offset, Length);
}
