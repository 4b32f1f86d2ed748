using System.Buffers;
using System.Text;
using McpProxy.Gateway.Configuration;
using McpProxy.Gateway.Errors;
using McpProxy.Gateway.Sessions;
using McpProxy.Gateway.StreamableHttp;
using McpProxy.Relay.Messages;
using McpProxy.Relay.Transports;
using Microsoft.Extensions.Options;

namespace McpProxy.Gateway.HttpSse;

/// <summary>HTTP+SSE (MCP 2024-11-05, transports): a stream on <c>/sse</c>, and <c>/messages/</c> for what the client says.</summary>
internal static class HttpSseEndpoints
{
    private const string PlainText = "text/plain; charset=utf-8";

    private static ReadOnlySpan<byte> Accepted => "Accepted"u8;

    /// <summary>Maps the endpoints, at the root and for each named server.</summary>
    public static IEndpointRouteBuilder MapHttpSse(this IEndpointRouteBuilder routes)
    {
        var sessions = routes.ServiceProvider.GetRequiredService<SessionRegistry>();
        var openStreams = routes.ServiceProvider.GetRequiredService<OpenStreams>();
        var pool = routes.ServiceProvider.GetRequiredService<MessagePool>();
        var options = routes.ServiceProvider.GetRequiredService<IOptions<GatewayOptions>>().Value;
        var time = routes.ServiceProvider.GetRequiredService<TimeProvider>();
        foreach (var prefix in (string[])["", "/servers/{name}"])
        {
            routes.MapGet($"{prefix}/sse", context => GetAsync(context, sessions, openStreams, time));
            routes.MapPost($"{prefix}/messages", context => PostAsync(context, sessions, pool, options)).WithMetadata(new QuickEndpoint());
        }

        return routes;
    }

    private static async Task GetAsync(HttpContext context, SessionRegistry sessions, OpenStreams openStreams, TimeProvider time)
    {
        sessions.Touch();
        if (StreamableHttpEndpoints.FindBackend(context) is not { } backend)
        {
            await FaultResponse.WriteAsync(context, ProxyFault.NoSuchServer);
            return;
        }

        var (session, fault) = sessions.Open(backend, keepsEvents: false);
        if (session is null)
        {
            await FaultResponse.WriteAsync(context, fault!);
            return;
        }

        session.Streams.Own.CarriesAnswers = true;
        session.Turns = new Turns(); // POSTs are answered before what they bring is on its way.
        try
        {
            await new SseResponse(context, session.Streams.Attach(session.Streams.Own, context.Abort), openStreams, time)
            {
                HasIds = false,
                StartsAtOnce = true,
                Preamble = $"event: endpoint\ndata: {context.Request.PathBase}{backend.PathPrefix}/messages/?session_id={session.Id}\n\n",
            }.RunAsync();
        }
        finally
        {
            sessions.EndSoon(session, "its stream ended");
        }
    }

    private static async Task PostAsync(HttpContext context, SessionRegistry sessions, MessagePool pool, GatewayOptions options)
    {
        var (session, fault) = FindSession(context, sessions);
        if (session is null)
        {
            await AnswerAsync(context, fault!.Status, fault.Text);
            return;
        }

        var (body, unread) = await RequestBody.ReadAsync(context, pool, options.MaxRequestBytes);
        if (unread is not null || body.Fault != ScanFault.None)
        {
            body.Discard();
            var status = unread?.Status ?? StatusCodes.Status400BadRequest;
            if (status == StatusCodes.Status413PayloadTooLarge)
            {
                context.Response.Headers.Connection = "close"; // The rest of the body is not read.
            }

            await AnswerAsync(context, status, unread is { Status: not 400 } ? unread.Text : $"Could not parse message. {unread?.Text ?? body.Fault.Describe()}");
            return;
        }

        // Queued before the answer, so that what the client says next stays behind it. A request whose backend is still starting
        // is not waited for: its answer comes on the stream.
        var sent = body.Single is { } single ? SendAsync(session, single, pool) : SendAllAsync(session, body.Batch!, pool);
        if (sent.IsCompletedSuccessfully && sent.Result is { } refused)
        {
            await AnswerAsync(context, refused.Status, refused.Text);
            return;
        }

        if (sent.IsCompletedSuccessfully && TurnEnd.Current is { IsPending: true } turnEnd)
        {
            await turnEnd; // With the other answers of this turn: one after the other, a client that waits for several wakes up for the first.
        }

        Accept(context);
        if (!sent.IsCompletedSuccessfully)
        {
            await context.Response.CompleteAsync();
            await sent;
        }
    }

    private static (Session? Session, ProxyFault? Fault) FindSession(HttpContext context, SessionRegistry sessions)
    {
        if (StreamableHttpEndpoints.FindBackend(context) is not { } backend)
        {
            return (null, ProxyFault.NoSuchServer);
        }

        var id = context.Request.Query["session_id"].ToString();
        return id.Length == 0 ? (null, ProxyFault.MissingSessionId)
            : !Guid.TryParseExact(id, "N", out _) ? (null, ProxyFault.InvalidSessionId)
            : sessions.Find(id, backend) is { } session ? (session, null)
            : (null, ProxyFault.SseSessionNotFound);
    }

    private static async Task<ProxyFault?> SendAllAsync(Session session, IReadOnlyList<Message> batch, MessagePool pool) =>
        Array.Find(await Task.WhenAll(batch.Select(message => SendAsync(session, message, pool))), refused => refused is not null);

    /// <returns>Why a message that gets no answer was refused, or null.</returns>
    private static Task<ProxyFault?> SendAsync(Session session, Message message, MessagePool pool) =>
        message.Envelope.Kind == MessageKind.Request ? SendRequestAsync(session, message, pool) : session.SendAsync(message, CancellationToken.None).AsTask();

    private static async Task<ProxyFault?> SendRequestAsync(Session session, Message request, MessagePool pool)
    {
        var exchange = new StreamExchange(session, request, session.Streams, session.Streams.Own);
        if (session.TryBegin(exchange) is { } fault)
        {
            request.Dispose();
            await session.Streams.AppendAsync(session.Streams.Own, fault.ToMessage(pool, exchange.Id), isLast: false);
            return null;
        }

        await session.SendRequestAsync(request, exchange);
        return null;
    }

    // Not flushed: the end of the response does it.
    private static void Accept(HttpContext context)
    {
        context.Response.StatusCode = StatusCodes.Status202Accepted;
        context.Response.ContentType = PlainText;
        context.Response.ContentLength = Accepted.Length;
        context.Response.BodyWriter.Write(Accepted);
    }

    private static Task AnswerAsync(HttpContext context, int status, string text)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = PlainText;
        context.Response.ContentLength = Encoding.UTF8.GetByteCount(text);
        return context.Response.WriteAsync(text, context.RequestAborted);
    }
}
