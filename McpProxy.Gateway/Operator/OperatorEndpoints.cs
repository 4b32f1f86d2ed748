using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using McpProxy.Gateway.Backends;
using McpProxy.Gateway.Configuration;
using McpProxy.Gateway.Sessions;
using Microsoft.Extensions.Options;

namespace McpProxy.Gateway.Operator;

/// <summary><c>/operator</c>: what an operator may do and see, and nobody else. Off unless there is a key (<c>McpProxy:OperatorKey</c>).</summary>
internal static class OperatorEndpoints
{
    /// <summary>Maps the endpoints.</summary>
    public static IEndpointRouteBuilder MapOperator(this IEndpointRouteBuilder routes)
    {
        var backends = routes.ServiceProvider.GetRequiredService<BackendRegistry>();
        var sessions = routes.ServiceProvider.GetRequiredService<SessionRegistry>();
        var key = routes.ServiceProvider.GetRequiredService<IOptions<GatewayOptions>>().Value.OperatorKey;
        var group = routes.MapGroup("/operator");
        group.MapPost("/servers/{name}/restart", context => (Check(context, key) ?? Restart(Name(context), backends)).ExecuteAsync(context));
        group.MapGet("/servers/{name}", context => (Check(context, key) ?? GetServer(Name(context), backends)).ExecuteAsync(context));
        group.MapGet("/sessions", context => (Check(context, key) ?? GetSessions(sessions)).ExecuteAsync(context));
        return routes;
    }

    private static string Name(HttpContext context) => (string)context.GetRouteValue("name")!;

    /// <returns>The answer to who is no operator, or null.</returns>
    private static IResult? Check(HttpContext context, string? key)
    {
        if (key is not { Length: > 0 })
        {
            return Refuse(StatusCodes.Status404NotFound, "The operator's endpoints are off. Set a key: McpProxy:OperatorKey (McpProxy__OperatorKey in the environment).");
        }

        // Hashed, so that the time that comparing takes says nothing, not even the key's length.
        var given = SHA256.HashData(Encoding.UTF8.GetBytes(context.Request.Headers.Authorization.ToString()));
        if (CryptographicOperations.FixedTimeEquals(given, SHA256.HashData(Encoding.UTF8.GetBytes($"Bearer {key}"))))
        {
            return null;
        }

        context.Response.Headers.WWWAuthenticate = "Bearer";
        return Refuse(StatusCodes.Status401Unauthorized, "Send \"Authorization: Bearer KEY\", with the key of McpProxy:OperatorKey.");
    }

    private static IResult Refuse(int status, string error) => Results.Json(new OperatorError(error), OperatorJson.Default.OperatorError, statusCode: status);

    private static IResult Restart(string name, BackendRegistry backends)
    {
        if (backends.Find(name) is not { } backend)
        {
            return Unknown();
        }

        backend.Restart();
        return Results.Json(new RestartedServer(name, "restarting"), OperatorJson.Default.RestartedServer);
    }

    private static IResult GetServer(string name, BackendRegistry backends)
    {
        if (backends.Find(name) is not { } backend)
        {
            return Unknown();
        }

        var status = backend.GetStatus();
        return Results.Json(
            new ObservedServer(name, status.State.ToString().ToLowerInvariant(), status.Detail, status.Restarts, status.Connections, backend.RecentStderr),
            OperatorJson.Default.ObservedServer);
    }

    private static IResult Unknown() => Refuse(StatusCodes.Status404NotFound, "There is no server of that name. GET /status names them.");

    private static IResult GetSessions(SessionRegistry sessions) => Results.Json(
        new OpenSessions([.. sessions.All.OrderByDescending(session => session.Age).Select(Describe)]), OperatorJson.Default.OpenSessions);

    private static OpenSession Describe(Session session) => new(
        SessionRegistry.Short(session.Id) + "…", session.Backend.Name, session.Transport, session.ProtocolVersion, session.InFlight,
        Math.Round(session.IdleTime.TotalSeconds, 1));
}

/// <summary>Why a request of an operator was refused.</summary>
internal sealed record OperatorError(string Error);

/// <summary>The answer to a restart.</summary>
internal sealed record RestartedServer(string Server, string State);

/// <summary>One server.</summary>
/// <param name="Server">Its name.</param>
/// <param name="State"><c>starting</c>, <c>running</c>, <c>waiting</c>, <c>failed</c> or <c>stopped</c>.</param>
/// <param name="Detail">What happened last, when that was no success.</param>
/// <param name="Restarts">How often it was started again.</param>
/// <param name="Connections">How many connections to it are up.</param>
/// <param name="Stderr">What it wrote to stderr last, the oldest line first.</param>
internal sealed record ObservedServer(string Server, string State, string? Detail, int Restarts, int Connections, IReadOnlyList<string> Stderr);

/// <summary>The sessions that are open, the oldest first.</summary>
internal sealed record OpenSessions(IReadOnlyList<OpenSession> Sessions);

/// <summary>One open session.</summary>
/// <param name="Id">The beginning of its id: enough to find it in the log, too little to use it.</param>
/// <param name="Server">The server that it is with.</param>
/// <param name="Transport"><c>streamable-http</c> or <c>sse</c>.</param>
/// <param name="ProtocolVersion">The revision that was agreed on.</param>
/// <param name="InFlight">How many of its requests wait for an answer.</param>
/// <param name="IdleSeconds">For how long nothing has happened, in seconds.</param>
internal sealed record OpenSession(string Id, string Server, string Transport, string ProtocolVersion, int InFlight, double IdleSeconds);

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(OperatorError))]
[JsonSerializable(typeof(RestartedServer))]
[JsonSerializable(typeof(ObservedServer))]
[JsonSerializable(typeof(OpenSessions))]
internal sealed partial class OperatorJson : JsonSerializerContext;
