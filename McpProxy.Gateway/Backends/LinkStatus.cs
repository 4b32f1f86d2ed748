namespace McpProxy.Gateway.Backends;

/// <summary>How a link is doing.</summary>
internal enum LinkState
{
    /// <summary>The backend is being started, or has not answered the handshake.</summary>
    Starting,

    /// <summary>It can be used.</summary>
    Running,

    /// <summary>It ended and will be started again.</summary>
    Waiting,

    /// <summary>It could not be started, and is tried again.</summary>
    Failed,

    /// <summary>It ended for good.</summary>
    Stopped,
}

/// <summary>How a link is doing, for an operator.</summary>
/// <param name="State">The state.</param>
/// <param name="Restarts">How often the backend was started again.</param>
/// <param name="Detail">What happened last, when that was no success.</param>
internal sealed record LinkStatus(LinkState State, int Restarts, string? Detail)
{
    /// <summary>When it is started again; on the clock of the gateway.</summary>
    public DateTimeOffset? NextStart { get; init; }

    /// <summary>How often in a row it has ended soon, or did not start.</summary>
    public int Failures { get; init; }

    /// <summary>What there is to say besides the state, as of now; null when there is nothing.</summary>
    public string? Describe(DateTimeOffset now) => NextStart is { } next
        ? $"restarting in {Math.Max(0, Math.Ceiling((next - now).TotalSeconds)):0} s ({Detail?.TrimEnd('.')}, {Ordinal(Failures)} time)"
        : Detail;

    private static string Ordinal(int number) => (number % 10, number % 100) switch
    {
        (_, 11 or 12 or 13) => $"{number}th",
        (1, _) => $"{number}st",
        (2, _) => $"{number}nd",
        (3, _) => $"{number}rd",
        _ => $"{number}th",
    };
}
