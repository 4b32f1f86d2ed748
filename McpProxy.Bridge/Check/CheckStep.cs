namespace McpProxy.Bridge.Check;

/// <summary>What a check does, in this order.</summary>
internal enum CheckStep
{
    /// <summary>Starting the command.</summary>
    Start,

    /// <summary>Connecting, and the handshake.</summary>
    Initialize,

    /// <summary>Asking for the tools.</summary>
    Tools,

    /// <summary>Asking for the prompts.</summary>
    Prompts,

    /// <summary>Asking for the resources.</summary>
    Resources,

    /// <summary>Measuring a round trip.</summary>
    Ping,
}
