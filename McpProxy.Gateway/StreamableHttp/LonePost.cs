using McpProxy.Gateway.Backends;
using McpProxy.Gateway.Configuration;
using McpProxy.Gateway.Errors;
using McpProxy.Gateway.Sessions;
using McpProxy.Relay.Messages;
using Microsoft.Extensions.Options;

namespace McpProxy.Gateway.StreamableHttp;

/// <summary>A POST that stands alone: with <c>--stateless</c>, or of revision 2026-07-28.</summary>
internal sealed class LonePost(SessionRegistry sessions, OpenStreams openStreams, MessagePool pool, IOptions<GatewayOptions> options, TimeProvider time)
{
    private readonly StreamLimits _limits = new(options.Value.MaxQueueBytes, ReplayEvents: 0, ReplayBytes: 0, Parked: 0);

    /// <summary>Answers a POST with one message, under <c>--stateless</c>.</summary>
    public async Task HandleAsync(Post post, Message message)
    {
        if (sessions.IsDraining)
        {
            await RefuseAsync(post, message, ProxyFault.ShuttingDown);
            return;
        }

        var version = post.Context.Request.Headers[Era.VersionHeader].ToString();
        if (version.Length > 0 && !Revisions.IsInitializeEra(version) && version != post.Backend.Shared().ProtocolVersion)
        {
            await RefuseAsync(post, message, ProxyFault.UnsupportedVersion);
            return;
        }

        if (message.Envelope.Kind == MessageKind.Request)
        {
            await RelayAsync(post, post.Backend.Shared(), message, isModern: false);
            return;
        }

        await SendAsync(post, message);
        post.Context.Response.StatusCode = StatusCodes.Status202Accepted;
    }

    /// <summary>Answers a POST with several messages, under <c>--stateless</c>.</summary>
    public static async Task HandleBatchAsync(Post post)
    {
        var link = post.Backend.Shared();
        var client = new LoneClient(post.Backend);
        var exchanges = new List<BufferedExchange>();
        foreach (var message in post.Body.Batch!)
        {
            if (message.Envelope.Kind != MessageKind.Request)
            {
                await SendAsync(post, message);
                continue;
            }

            var exchange = new BufferedExchange(client, message);
            exchanges.Add(exchange);
            await link.SendRequestAsync(client, message, exchange, CancellationToken.None);
        }

        if (exchanges.Count == 0)
        {
            post.Context.Response.StatusCode = StatusCodes.Status202Accepted;
            return;
        }

        await BatchResponse.WriteAsync(post.Context, exchanges, static (exchange, clientLeft) => exchange.WaitAsync(clientLeft));
    }

    /// <summary>Answers a POST of revision 2026-07-28: relayed if the backend speaks it, else so that the client falls back.</summary>
    public async Task HandleModernAsync(Post post, Message message)
    {
        var link = sessions.IsDraining ? null : await post.Backend.ModernAsync();
        if (link is null)
        {
            await RefuseAsync(post, message, sessions.IsDraining ? ProxyFault.ShuttingDown : ProxyFault.NotModern);
        }
        else if (!MirroredHeaders.Match(post.Context.Request.Headers, message))
        {
            await RefuseAsync(post, message, ProxyFault.HeaderMismatch);
        }
        else if (message.Envelope.Kind == MessageKind.Request)
        {
            await RelayAsync(post, link, message, isModern: true);
        }
        else
        {
            await link.SendAsync(new LoneClient(post.Backend), message, CancellationToken.None);
            post.Context.Response.StatusCode = StatusCodes.Status202Accepted;
        }
    }

    private static async Task RefuseAsync(Post post, Message message, ProxyFault fault)
    {
        var id = message.Envelope.Kind == MessageKind.Request ? message.Id : default;
        message.Dispose();
        await FaultResponse.WriteAsync(post.Context, fault, id);
    }

    private static ValueTask SendAsync(Post post, Message message)
    {
        if (message.Envelope.Is(MessageKind.Notification, McpMethod.Cancelled))
        {
            // Its id is the client's own, and which request that was is known to no POST but the one that sent it.
            message.Dispose();
            return ValueTask.CompletedTask;
        }

        return post.Backend.Shared().SendAsync(new LoneClient(post.Backend), message, CancellationToken.None);
    }

    private async Task RelayAsync(Post post, Link link, Message request, bool isModern)
    {
        if (post.Accept.Sse)
        {
            await StreamAsync(post, link, request, isModern);
            return;
        }

        var client = new LoneClient(post.Backend);
        var exchange = new BufferedExchange(client, request);
        await link.SendRequestAsync(client, request, exchange, CancellationToken.None);
        using var response = await exchange.WaitAsync(post.Context.RequestAborted);
        if (response is null)
        {
            await CancelAsync(link, exchange);
            return;
        }

        post.Context.Response.StatusCode = isModern ? ModernErrors.StatusOf(response) : StatusCodes.Status200OK;
        await MessageResponse.WriteAsync(post.Context, response);
    }

    private async Task StreamAsync(Post post, Link link, Message request, bool isModern)
    {
        var client = new LoneClient(post.Backend);
        var streams = new EventStreams(_limits, pool, time) { StallTimeout = options.Value.StallTimeout };
        var stream = streams.Open();
        var exchange = new StreamExchange(client, request, streams, stream);
        var reader = streams.Attach(stream, post.Context.Abort);
        var sent = link.SendRequestAsync(client, request, exchange, CancellationToken.None).AsTask();
        await new SseResponse(post.Context, reader, openStreams, time)
        {
            HasIds = false,
            StatusOfError = isModern ? ModernErrors.StatusOf : null,
        }.RunAsync();
        await CancelAsync(link, exchange);
        await sent;
        streams.End();
    }

    /// <summary>Closing the stream cancels, in the era that says so (MCP 2026-07-28, transports/streamable-http, cancellation).</summary>
    private static async ValueTask CancelAsync(Link link, Exchange exchange)
    {
        if (link is ModernLink modern && !exchange.IsCompleted)
        {
            await modern.CancelAsync(exchange);
        }
    }
}
