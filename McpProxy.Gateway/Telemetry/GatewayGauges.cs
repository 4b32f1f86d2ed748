using System.Diagnostics.Metrics;
using McpProxy.Gateway.Backends;
using McpProxy.Gateway.Sessions;
using McpProxy.Relay.Telemetry;

namespace McpProxy.Gateway.Telemetry;

/// <summary>What can be looked up when a monitor asks: it costs nothing in between.</summary>
internal sealed class GatewayGauges
{
    private readonly BackendRegistry _backends;
    private readonly SessionRegistry _sessions;

    /// <summary>Lets monitors ask.</summary>
    public GatewayGauges(IMeterFactory meters, BackendRegistry backends, SessionRegistry sessions)
    {
        (_backends, _sessions) = (backends, sessions);
        var meter = meters.Create(McpTelemetry.Name);
        meter.CreateObservableUpDownCounter("mcp_proxy.sessions", CountSessions, "{session}", "Sessions that are open.");
        meter.CreateObservableUpDownCounter(
            "mcp_proxy.connections", () => Ask(backend => (long)backend.GetStatus().Connections), "{connection}", "Connections to backends that are up.");
        meter.CreateObservableUpDownCounter(
            "mcp_proxy.requests.in_flight", () => Ask(backend => (long)backend.InFlight), "{request}", "Requests that wait for a backend's answer.");
        meter.CreateObservableGauge(
            "mcp_proxy.queue.size", () => Ask(backend => backend.QueuedBytes), "By", "Bytes that wait until a backend reads them.");
    }

    private static Measurement<long> Of(Backend backend, long value) => new(value, new KeyValuePair<string, object?>(Attributes.Backend, backend.Name));

    private IEnumerable<Measurement<long>> CountSessions()
    {
        var sessions = _sessions.CountByBackend();
        return Ask(backend => sessions.GetValueOrDefault(backend.Name));
    }

    private Measurement<long>[] Ask(Func<Backend, long> value) => [.. _backends.All.Values.Select(backend => Of(backend, value(backend)))];
}
