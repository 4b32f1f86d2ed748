namespace McpProxy.Gateway.Backends;

/// <summary>The protocol revisions that the gateway knows, as dates: they compare as text.</summary>
internal static class Revisions
{
    /// <summary>The first one with Streamable HTTP; what a client speaks that does not say it (2025-11-25, transports, protocol version header).</summary>
    public const string Assumed = "2025-03-26";

    /// <summary>The newest one with a handshake.</summary>
    public const string NewestInitialize = "2025-11-25";

    /// <summary>The first one without handshake and sessions.</summary>
    public const string FirstModern = "2026-07-28";

    private static readonly string[] Initialize = ["2024-11-05", "2025-03-26", "2025-06-18", NewestInitialize];

    /// <summary>Whether it is a revision with a handshake.</summary>
    public static bool IsInitializeEra(string revision) => Initialize.Contains(revision, StringComparer.Ordinal);

    /// <summary>Whether it names a revision without handshake, known or yet to come.</summary>
    public static bool IsModern(string revision) =>
        revision.Length == FirstModern.Length && revision[4] == '-' && revision[7] == '-' && string.CompareOrdinal(revision, FirstModern) >= 0;

    /// <summary>What a shared connection answers: what the client asked for if the backend's is not older, else the backend's.</summary>
    public static string Negotiate(string asked, string backend) =>
        IsInitializeEra(asked) && string.CompareOrdinal(asked, backend) <= 0 ? asked : backend;
}
