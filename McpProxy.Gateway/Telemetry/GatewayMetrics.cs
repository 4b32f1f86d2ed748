using System.Diagnostics.Metrics;
using McpProxy.Relay.Telemetry;

namespace McpProxy.Gateway.Telemetry;

/// <summary>What the gateway counts of its backends.</summary>
internal static class GatewayMetrics
{
    private const string Direction = "mcp_proxy.direction";

    private static readonly Meter Meter = new(McpTelemetry.Name);

    private static readonly Counter<long> Io = Meter.CreateCounter<long>(
        "mcp_proxy.io", "By", "Bytes of messages to (up) and from (down) backends.");

    private static readonly Counter<long> Restarts = Meter.CreateCounter<long>(
        "mcp_proxy.backend.restarts", "{restart}", "How often backends were started again, or connected to again.");

    /// <summary>A message goes to a backend.</summary>
    public static void Sent(Party backend, int bytes) => Count(backend, bytes, "up");

    /// <summary>A message has come from a backend.</summary>
    public static void Received(Party backend, int bytes) => Count(backend, bytes, "down");

    /// <summary>A backend is to be started again.</summary>
    public static void Restarted(Party backend) => Restarts.Add(1, new KeyValuePair<string, object?>(Attributes.Backend, backend.Backend));

    private static void Count(Party backend, int bytes, string direction)
    {
        if (Io.Enabled)
        {
            Io.Add(bytes, new(Attributes.Backend, backend.Backend), new(Direction, direction));
        }
    }
}
