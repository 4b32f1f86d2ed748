using McpProxy.Gateway.Backends;
using McpProxy.Gateway.Configuration;
using McpProxy.Gateway.Errors;
using McpProxy.Gateway.Sessions;
using Microsoft.Extensions.Options;

namespace McpProxy.Gateway.StreamableHttp;

/// <summary>Streamable HTTP (MCP 2025-03-26 to 2025-11-25, transports): POST, GET and DELETE on <c>/mcp</c>.</summary>
internal static class StreamableHttpEndpoints
{
    /// <summary>The header with the session's id.</summary>
    public const string SessionHeader = "Mcp-Session-Id";

    /// <summary>Maps the endpoint, at the root and for each named server.</summary>
    public static IEndpointRouteBuilder MapStreamableHttp(this IEndpointRouteBuilder routes)
    {
        var post = routes.ServiceProvider.GetRequiredService<PostHandler>();
        var sessions = routes.ServiceProvider.GetRequiredService<SessionRegistry>();
        var openStreams = routes.ServiceProvider.GetRequiredService<OpenStreams>();
        var options = routes.ServiceProvider.GetRequiredService<IOptions<GatewayOptions>>().Value;
        var time = routes.ServiceProvider.GetRequiredService<TimeProvider>();
        foreach (var pattern in (string[])["/mcp", "/servers/{name}/mcp"])
        {
            routes.MapPost(pattern, post.HandleAsync).WithMetadata(new QuickEndpoint());
            routes.MapGet(pattern, context => GetAsync(context, sessions, openStreams, options, time));
            routes.MapDelete(pattern, context => DeleteAsync(context, sessions, options)).WithMetadata(new QuickEndpoint());
        }

        return routes;
    }

    /// <summary>The backend that a path names, or null.</summary>
    public static Backend? FindBackend(HttpContext context) =>
        context.RequestServices.GetRequiredService<BackendRegistry>()
            .Find(context.GetRouteValue("name") as string ?? GatewayOptions.DefaultBackend);

    /// <summary>Finds the session that a request names.</summary>
    public static (Session? Session, ProxyFault? Fault) FindSession(HttpContext context, Backend backend)
    {
        var id = context.Request.Headers[SessionHeader].ToString();
        if (id.Length == 0)
        {
            return (null, ProxyFault.MissingSession);
        }

        if (context.RequestServices.GetRequiredService<SessionRegistry>().Find(id, backend) is not { } session)
        {
            return (null, ProxyFault.SessionNotFound);
        }

        // The client may say any revision that we know, and the one that was agreed on even if we do not (MCP 2025-11-25, transports).
        var version = context.Request.Headers[Era.VersionHeader].ToString();
        return version.Length == 0 || version == session.ProtocolVersion || Revisions.IsInitializeEra(version)
            ? (session, null)
            : (null, ProxyFault.UnsupportedVersion);
    }

    private static async Task GetAsync(HttpContext context, SessionRegistry sessions, OpenStreams openStreams, GatewayOptions options, TimeProvider time)
    {
        sessions.Touch();
        var (session, fault) = FindSessionFor(context, options);
        fault ??= AcceptHeader.Read(context.Request).Sse ? null : ProxyFault.NotAcceptableStream;
        if (session is null || fault is not null)
        {
            await FaultResponse.WriteAsync(context, fault!);
            return;
        }

        session.Touch();
        var reader = Attach(context, session);
        if (reader is null)
        {
            await FaultResponse.WriteAsync(context, ProxyFault.EventsGone);
            return;
        }

        await new SseResponse(context, reader, openStreams, time)
        {
            StartsAtOnce = true,
            IsPrimed = IsPrimed(session),
        }.RunAsync();
        session.Touch();
    }

    /// <summary>Whether the client understands an event without data.</summary>
    public static bool IsPrimed(Session session) => string.CompareOrdinal(session.ProtocolVersion, Revisions.NewestInitialize) >= 0;

    private static EventReader? Attach(HttpContext context, Session session)
    {
        var lastEventId = context.Request.Headers["Last-Event-ID"].ToString();
        if (lastEventId.Length == 0)
        {
            return session.Streams.Attach(session.Streams.Own, context.Abort);
        }

        return SseEventId.TryParse(lastEventId, out var id) ? session.Streams.Resume(id, context.Abort) : null;
    }

    private static async Task DeleteAsync(HttpContext context, SessionRegistry sessions, GatewayOptions options)
    {
        sessions.Touch();
        var (session, fault) = FindSessionFor(context, options);
        if (session is null)
        {
            await FaultResponse.WriteAsync(context, fault!);
            return;
        }

        sessions.EndSoon(session, "DELETE");
    }

    /// <summary>What GET and DELETE check first.</summary>
    private static (Session? Session, ProxyFault? Fault) FindSessionFor(HttpContext context, GatewayOptions options)
    {
        if (FindBackend(context) is not { } backend)
        {
            return (null, ProxyFault.NoSuchServer);
        }

        if (options.Stateless || Era.IsModern(context.Request))
        {
            context.Response.Headers.Allow = "POST";
            return (null, options.Stateless ? ProxyFault.StatelessMethod : ProxyFault.ModernMethod);
        }

        return FindSession(context, backend);
    }
}
