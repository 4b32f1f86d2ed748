using McpProxy.Gateway.Backends;
using McpProxy.Gateway.Configuration;
using McpProxy.Gateway.Errors;
using McpProxy.Gateway.Sessions;
using McpProxy.Relay.Messages;
using McpProxy.Relay.Transports;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;

namespace McpProxy.Gateway.StreamableHttp;

/// <summary>POST /mcp: reads the body, finds out what it is, and hands it on.</summary>
internal sealed class PostHandler(
    SessionRegistry sessions, SessionPost sessionPost, LonePost lonePost, MessagePool pool, IOptions<GatewayOptions> options)
{
    /// <summary>Answers one POST.</summary>
    public Task HandleAsync(HttpContext context)
    {
        sessions.Touch();
        var accept = AcceptHeader.Read(context.Request);
        var backend = StreamableHttpEndpoints.FindBackend(context);
        var refused = backend is null ? ProxyFault.NoSuchServer
            : !IsJson(context.Request) ? ProxyFault.UnsupportedMediaType
            : accept is { Sse: false, Json: false } ? ProxyFault.NotAcceptable
            : null;
        if (refused is not null)
        {
            return FaultResponse.WriteAsync(context, refused);
        }

        // Most bodies are there already, and then nothing waits here.
        var reading = RequestBody.ReadAsync(context, pool, options.Value.MaxRequestBytes);
        return reading.IsCompletedSuccessfully ? HandleBodyAsync(context, backend!, accept, reading.Result) : WaitForBodyAsync(context, backend!, accept, reading);
    }

    // Not "+json": a patch or a problem is no message.
    private static bool IsJson(HttpRequest request) =>
        request.ContentType is "application/json"
        || (MediaTypeHeaderValue.TryParse(request.ContentType, out var type) && type.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase));

    private async Task WaitForBodyAsync(HttpContext context, Backend backend, AcceptHeader accept, ValueTask<(Parsed Body, ProxyFault? Fault)> reading) =>
        await HandleBodyAsync(context, backend, accept, await reading);

    private Task HandleBodyAsync(HttpContext context, Backend backend, AcceptHeader accept, (Parsed Body, ProxyFault? Fault) read)
    {
        var (body, fault) = read;
        if (fault is not null || body.Fault != ScanFault.None)
        {
            body.Discard();
            return FaultResponse.WriteAsync(context, fault ?? ProxyFault.Of(body.Fault), body.Id);
        }

        var post = new Post(context, backend, accept, body);
        return body.Single is { } message ? HandleMessageAsync(post, message) : HandleBatchAsync(post, body.Batch!);
    }

    private Task HandleMessageAsync(Post post, Message message) =>
        Era.IsModern(post.Context.Request, message) ? lonePost.HandleModernAsync(post, message)
        : options.Value.Stateless ? lonePost.HandleAsync(post, message)
        : sessionPost.HandleAsync(post, message);

    private async Task HandleBatchAsync(Post post, IReadOnlyList<Message> batch)
    {
        await PoolThread.SwitchAsync(); // It may be a thousand messages.
        await (batch.Any(message => Era.IsModern(post.Context.Request, message)) ? RefuseAsync(post, ProxyFault.ModernBatch)
            : batch.Any(message => message.Envelope.Is(MessageKind.Request, McpMethod.Initialize)) ? RefuseAsync(post, ProxyFault.InitializeInBatch)
            : options.Value.Stateless ? LonePost.HandleBatchAsync(post)
            : sessionPost.HandleBatchAsync(post));
    }

    private static async Task RefuseAsync(Post post, ProxyFault fault)
    {
        post.Body.Discard();
        await FaultResponse.WriteAsync(post.Context, fault);
    }
}

/// <summary>One POST whose body was read.</summary>
/// <param name="Context">The HTTP request.</param>
/// <param name="Backend">The server that it is for.</param>
/// <param name="Accept">What the client takes as an answer.</param>
/// <param name="Body">Its messages.</param>
internal sealed record Post(HttpContext Context, Backend Backend, AcceptHeader Accept, Parsed Body);
