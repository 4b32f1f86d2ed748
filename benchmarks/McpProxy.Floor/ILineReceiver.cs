namespace McpProxy.Floor;

/// <summary>Who gets the child's line.</summary>
internal interface ILineReceiver
{
    /// <summary>Takes the line, on the thread that read it.</summary>
    void Receive(ReadOnlySpan<byte> line);
}
