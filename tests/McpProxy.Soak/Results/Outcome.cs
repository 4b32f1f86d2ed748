namespace McpProxy.Soak.Results;

/// <summary>What became of a call.</summary>
internal enum Outcome
{
    /// <summary>The answer came, and is right.</summary>
    Answered,

    /// <summary>An error came that says why.</summary>
    Error,

    /// <summary>The HTTP request was refused.</summary>
    Refused,

    /// <summary>The client left on purpose.</summary>
    Left,

    /// <summary>The connection ended before the answer, though nobody wanted that.</summary>
    Cut,

    /// <summary>Nothing came in a time that only a hang takes.</summary>
    Lost,

    /// <summary>An answer came that is not the call's, or progress was lost.</summary>
    Wrong,
}
