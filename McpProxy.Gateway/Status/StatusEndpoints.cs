using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using McpProxy.Gateway.Backends;
using McpProxy.Gateway.Sessions;

namespace McpProxy.Gateway.Status;

/// <summary><c>/status</c>: what runs here, for people and monitors. No arguments, no environment: they may hold secrets.</summary>
internal static class StatusEndpoints
{
    // Not before somebody asks: making it takes a part of the start.
    private static readonly Lazy<StatusJson> Json =
        new(() => new(new JsonSerializerOptions(StatusJson.Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }));

    /// <summary>Maps the endpoint.</summary>
    public static IEndpointRouteBuilder MapStatus(this IEndpointRouteBuilder routes)
    {
        var backends = routes.ServiceProvider.GetRequiredService<BackendRegistry>();
        var sessions = routes.ServiceProvider.GetRequiredService<SessionRegistry>();
        routes.MapMethods("/status", ["GET", "HEAD"], context => GetStatus(backends, sessions).ExecuteAsync(context));
        return routes;
    }

    private static IResult GetStatus(BackendRegistry backends, SessionRegistry sessions)
    {
        var perBackend = sessions.CountByBackend();
        return Results.Json(
            new GatewayStatus(
                sessions.LastActivity.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffffzzz"),
                backends.All.Keys.ToDictionary(name => name, _ => "configured"),
                GatewayVersion.Text,
                sessions.Count,
                backends.All.Values.ToDictionary(backend => backend.Name, backend => Describe(backend, perBackend.GetValueOrDefault(backend.Name)))),
            Json.Value.GatewayStatus);
    }

    private static ServerStatus Describe(Backend backend, int sessions)
    {
        var status = backend.GetStatus();
        return new ServerStatus(
            Name(status.State), Name(status.Sharing), sessions, status.Connections, status.InFlight, status.Restarts, status.ProtocolVersion, status.Detail);
    }

    private static string Name(Enum value) => value.ToString().ToLowerInvariant();
}

/// <summary>The body of <c>/status</c>. The first two members are the reference's, the others ours.</summary>
/// <param name="ApiLastActivity">When a client last came: ISO 8601, UTC.</param>
/// <param name="ServerInstances">The names of the servers; the value is always <c>configured</c>, as the reference's is.</param>
/// <param name="Version">The gateway's version.</param>
/// <param name="Sessions">How many sessions are open.</param>
/// <param name="Servers">How each server is doing.</param>
internal sealed record GatewayStatus(
    [property: JsonPropertyName("api_last_activity")] string ApiLastActivity,
    [property: JsonPropertyName("server_instances")] Dictionary<string, string> ServerInstances,
    string Version,
    int Sessions,
    Dictionary<string, ServerStatus> Servers);

/// <summary>How one server is doing.</summary>
internal sealed record ServerStatus(
    string State, string Sharing, int Sessions, int Connections, int InFlight, int Restarts, string? ProtocolVersion, string? Detail);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(GatewayStatus))]
internal sealed partial class StatusJson : JsonSerializerContext;
