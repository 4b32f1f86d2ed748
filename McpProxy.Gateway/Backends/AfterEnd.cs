namespace McpProxy.Gateway.Backends;

/// <summary>What follows when a backend has ended.</summary>
internal enum AfterEnd
{
    /// <summary>Nothing: nobody needs it any more, or it is of no use.</summary>
    Stop,

    /// <summary>Another one takes its place at once: nothing was lost with it.</summary>
    Replace,

    /// <summary>It is started again, after a pause that grows with its failures.</summary>
    Restart,
}
