using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace McpProxy.Relay.Telemetry;

/// <summary>
/// What MCP traffic is traced and measured with. Names, units and buckets are those of the OpenTelemetry semantic conventions for MCP
/// (status: development); what they have no word for is called <c>mcp_proxy.*</c>.
/// </summary>
public static class McpTelemetry
{
    /// <summary>The name of the activity source and of the meter.</summary>
    public const string Name = "McpProxy";

    private static readonly InstrumentAdvice<double> Durations = new()
    {
        HistogramBucketBoundaries = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 120, 300],
    };

    private static readonly Meter Meter = new(Name);

    private static readonly Histogram<double> ServerOperations = CreateDuration(
        "mcp.server.operation.duration", "How long clients wait for the answer to a request.");

    private static readonly Histogram<double> ClientOperations = CreateDuration(
        "mcp.client.operation.duration", "How long a server takes to answer a request.");

    private static readonly Histogram<double> ServerSessions = CreateDuration("mcp.server.session.duration", "How long sessions with clients last.");

    private static readonly Histogram<double> ClientSessions = CreateDuration("mcp.client.session.duration", "How long connections to servers last.");

    /// <summary>Whether anybody listens; when nobody does, nothing of what follows is called.</summary>
    public static bool IsOn => Source.HasListeners() || ServerOperations.Enabled || ClientOperations.Enabled;

    internal static ActivitySource Source { get; } = new(Name);

    /// <summary>Begins a span for work of several requests; null when nobody listens.</summary>
    public static Activity? Start(string name) => Source.StartActivity(name);

    /// <summary>Notes that a session with a client has ended.</summary>
    /// <param name="duration">How long it was open.</param>
    /// <param name="client">Who it was.</param>
    /// <param name="revision">The protocol revision that was spoken, if that is known.</param>
    public static void ServerSessionEnded(TimeSpan duration, Party client, string? revision) => Record(ServerSessions, duration, client, revision);

    /// <summary>Notes that a connection to a server has ended.</summary>
    /// <param name="duration">How long it was open.</param>
    /// <param name="server">Which it was.</param>
    /// <param name="revision">The protocol revision that was spoken, if that is known.</param>
    public static void ClientSessionEnded(TimeSpan duration, Party server, string? revision) => Record(ClientSessions, duration, server, revision);

    internal static void OperationEnded(ActivityKind kind, TimeSpan duration, in TagList tags) =>
        (kind == ActivityKind.Server ? ServerOperations : ClientOperations).Record(duration.TotalSeconds, tags);

    private static Histogram<double> CreateDuration(string name, string description) =>
        Meter.CreateHistogram(name, "s", description, tags: null, Durations);

    private static void Record(Histogram<double> histogram, TimeSpan duration, Party party, string? revision)
    {
        if (!histogram.Enabled)
        {
            return;
        }

        var tags = default(TagList);
        party.AddTo(ref tags);
        if (revision is not null)
        {
            tags.Add(Attributes.Revision, revision);
        }

        histogram.Record(duration.TotalSeconds, tags);
    }
}
