namespace McpProxy.Soak.Plan;

/// <summary>How a session's client goes.</summary>
internal enum Ending
{
    /// <summary>In good order: DELETE, the end of the stream, the end of stdin.</summary>
    Proper,

    /// <summary>Without a word: no DELETE; a bridge is killed.</summary>
    Abandoned,

    /// <summary>Without a word, and while a call is in flight.</summary>
    MidCall,
}
