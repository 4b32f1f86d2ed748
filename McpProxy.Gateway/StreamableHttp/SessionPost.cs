using McpProxy.Gateway.Backends;
using McpProxy.Gateway.Errors;
using McpProxy.Gateway.Sessions;
using McpProxy.Relay.Messages;

namespace McpProxy.Gateway.StreamableHttp;

/// <summary>A POST of a client that has a session, or opens one.</summary>
internal sealed class SessionPost(SessionRegistry sessions, OpenStreams openStreams, TimeProvider time)
{
    /// <summary>Answers a POST with one message.</summary>
    public Task HandleAsync(Post post, Message message)
    {
        if (message.Envelope.Is(MessageKind.Request, McpMethod.Initialize))
        {
            return OpenAsync(post, message);
        }

        var (session, fault) = StreamableHttpEndpoints.FindSession(post.Context, post.Backend);
        if (session is null)
        {
            var id = message.Envelope.Kind == MessageKind.Request ? message.Id : default;
            message.Dispose();
            return FaultResponse.WriteAsync(post.Context, fault!, id);
        }

        return message.Envelope.Kind != MessageKind.Request ? TakeAsync(post, session, message)
            : post.Accept.Sse ? StreamAsync(post, session, message)
            : AnswerAsync(post, session, message);
    }

    /// <summary>Answers a POST with several messages (MCP 2025-03-26, transports, sending messages).</summary>
    public async Task HandleBatchAsync(Post post)
    {
        var (session, fault) = StreamableHttpEndpoints.FindSession(post.Context, post.Backend);
        if (session is null)
        {
            post.Body.Discard();
            await FaultResponse.WriteAsync(post.Context, fault!);
            return;
        }

        var requests = new List<Message>();
        foreach (var message in post.Body.Batch!)
        {
            if (message.Envelope.Kind == MessageKind.Request)
            {
                requests.Add(message);
            }
            else
            {
                fault = await session.SendAsync(message, post.Context.RequestAborted) ?? fault;
            }
        }

        if (fault is not null)
        {
            requests.ForEach(request => request.Dispose());
            await FaultResponse.WriteAsync(post.Context, fault);
        }
        else if (requests.Count == 0)
        {
            post.Context.Response.StatusCode = StatusCodes.Status202Accepted;
        }
        else if (post.Accept.Sse)
        {
            await StreamBatchAsync(post, session, requests);
        }
        else
        {
            await AnswerBatchAsync(post, session, requests);
        }
    }

    private async Task OpenAsync(Post post, Message initialize)
    {
        if (post.Context.Request.Headers.ContainsKey(StreamableHttpEndpoints.SessionHeader))
        {
            var (known, missing) = StreamableHttpEndpoints.FindSession(post.Context, post.Backend);
            var id = initialize.Id;
            initialize.Dispose();
            await FaultResponse.WriteAsync(post.Context, known is null ? missing! : ProxyFault.SessionExists, id);
            return;
        }

        var (session, fault) = sessions.Open(post.Backend, keepsEvents: true);
        if (session is null)
        {
            var id = initialize.Id;
            initialize.Dispose();
            await FaultResponse.WriteAsync(post.Context, fault!, id);
            return;
        }

        var exchange = new BufferedExchange(session, initialize);
        session.TryBegin(exchange);

        // Discarded: it throws nothing, and what comes of it is waited for with the answer.
        _ = session.SendRequestAsync(initialize, exchange);
        var response = await session.WaitAsync(exchange, post.Context.RequestAborted);
        if (response is null || post.Context.RequestAborted.IsCancellationRequested)
        {
            response?.Dispose();

            // The client never learned the session's id, so nobody can use or end it.
            await sessions.EndAsync(session, "the client left during initialize");
            return;
        }

        if (response.Envelope.IsError || InitializeResult.Read(response) is not { } result)
        {
            await sessions.EndAsync(session, "initialize failed");
            using (response)
            {
                await MessageResponse.WriteAsync(post.Context, response);
            }

            return;
        }

        session.ProtocolVersion = result.ProtocolVersion;
        post.Context.Response.Headers[StreamableHttpEndpoints.SessionHeader] = session.Id;
        if (!post.Accept.Sse)
        {
            using (response)
            {
                await MessageResponse.WriteAsync(post.Context, response);
            }

            return;
        }

        var stream = session.Streams.Open();
        await session.Streams.AppendAsync(stream, response, isLast: true);
        await RunAsync(post, session, session.Streams.Attach(stream, post.Context.Abort));
    }

    private static async Task TakeAsync(Post post, Session session, Message message)
    {
        if (await session.SendAsync(message, post.Context.RequestAborted) is { } refused)
        {
            await FaultResponse.WriteAsync(post.Context, refused);
            return;
        }

        post.Context.Response.StatusCode = StatusCodes.Status202Accepted;
    }

    private Task StreamAsync(Post post, Session session, Message request)
    {
        var stream = session.Streams.Open();
        var exchange = new StreamExchange(session, request, session.Streams, stream);
        if (session.TryBegin(exchange) is { } fault)
        {
            session.Streams.Forget(stream);
            request.Dispose();
            return FaultResponse.WriteAsync(post.Context, fault, exchange.Id);
        }

        var reader = session.Streams.Attach(stream, post.Context.Abort);

        // Discarded: it throws nothing, and the stream need not outlast its answer because a backend reads nothing.
        _ = session.SendRequestAsync(request, exchange);
        return RunAsync(post, session, reader);
    }

    private async Task StreamBatchAsync(Post post, Session session, List<Message> requests)
    {
        var stream = session.Streams.Open();
        var batch = new BatchCount(requests.Count);
        var sending = requests
            .Select(request => (Request: request, Exchange: (Exchange)new StreamExchange(session, request, session.Streams, stream, batch)))
            .ToList();

        if (await RefuseAsync(post, session, stream, sending))
        {
            return;
        }

        var reader = session.Streams.Attach(stream, post.Context.Abort);
        foreach (var (request, exchange) in sending)
        {
            _ = session.SendRequestAsync(request, exchange); // Discarded, as above.
        }

        await RunAsync(post, session, reader);
    }

    /// <summary>Lets the requests in, or refuses the POST when one of them must not be sent.</summary>
    private static async Task<bool> RefuseAsync(Post post, Session session, EventStream? stream, List<(Message Request, Exchange Exchange)> sending)
    {
        for (var i = 0; i < sending.Count; i++)
        {
            if (session.TryBegin(sending[i].Exchange) is not { } fault)
            {
                continue;
            }

            for (var begun = 0; begun < i; begun++)
            {
                session.OnCompleted(sending[begun].Exchange);
            }

            if (stream is not null)
            {
                session.Streams.Forget(stream);
            }

            sending.ForEach(item => item.Request.Dispose());
            await FaultResponse.WriteAsync(post.Context, fault, sending[i].Exchange.Id);
            return true;
        }

        return false;
    }

    private static async Task AnswerAsync(Post post, Session session, Message request)
    {
        var exchange = new BufferedExchange(session, request);
        if (session.TryBegin(exchange) is { } fault)
        {
            request.Dispose();
            await FaultResponse.WriteAsync(post.Context, fault, exchange.Id);
            return;
        }

        // Discarded, as above.
        _ = session.SendRequestAsync(request, exchange);
        if (await session.WaitAsync(exchange, post.Context.RequestAborted) is { } response)
        {
            using (response)
            {
                await MessageResponse.WriteAsync(post.Context, response);
            }
        }
    }

    private static async Task AnswerBatchAsync(Post post, Session session, List<Message> requests)
    {
        var sending = requests.Select(request => (Request: request, Exchange: (Exchange)new BufferedExchange(session, request))).ToList();
        if (await RefuseAsync(post, session, null, sending))
        {
            return;
        }

        foreach (var (request, exchange) in sending)
        {
            _ = session.SendRequestAsync(request, exchange); // Discarded, as above.
        }

        await BatchResponse.WriteAsync(post.Context, [.. sending.Select(item => (BufferedExchange)item.Exchange)], session.WaitAsync);
    }

    private Task RunAsync(Post post, Session session, EventReader reader) =>
        new SseResponse(post.Context, reader, openStreams, time) { IsPrimed = StreamableHttpEndpoints.IsPrimed(session) }.RunAsync();
}
