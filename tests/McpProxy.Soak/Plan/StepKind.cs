namespace McpProxy.Soak.Plan;

/// <summary>What a client does next in its session.</summary>
internal enum StepKind
{
    /// <summary>A small call.</summary>
    Echo,

    /// <summary>A small call that wants JSON as its answer.</summary>
    EchoJson,

    /// <summary>A result of 1 MB.</summary>
    Big,

    /// <summary>A call that takes a while.</summary>
    Slow,

    /// <summary>A call with progress.</summary>
    Progress,

    /// <summary>A call that the server answers with an error.</summary>
    Error,

    /// <summary>Several calls at once.</summary>
    Burst,

    /// <summary>A request that is no tool call.</summary>
    Ping,

    /// <summary>A call that makes the server ask its client.</summary>
    Ask,

    /// <summary>A call that makes the server send log messages.</summary>
    Log,

    /// <summary>A call that is cancelled.</summary>
    Cancel,

    /// <summary>A call whose response is dropped, and not asked for again.</summary>
    Drop,

    /// <summary>A call with progress whose response is dropped in the middle, and resumed with Last-Event-ID.</summary>
    Resume,

    /// <summary>A large result that is read slowly.</summary>
    SlowReader,

    /// <summary>A flood of progress that nobody reads, until the client leaves.</summary>
    Stall,

    /// <summary>A call that ends the server's process.</summary>
    Crash,

    /// <summary>The server's process is killed while a call is in flight.</summary>
    Kill,
}
