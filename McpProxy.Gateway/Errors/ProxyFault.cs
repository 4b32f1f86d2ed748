using System.Text.Json;
using McpProxy.Relay.Messages;
using McpProxy.Relay.Remote;

namespace McpProxy.Gateway.Errors;

/// <summary>
/// Everything that can go wrong in the gateway, as the client is told: the one place that picks an HTTP status and a JSON-RPC code.
/// The texts are fixed: never a path, a command line, a line of stderr or an exception's message.
/// </summary>
/// <remarks>None of the codes is one that a server of revision 2026-07-28 uses, so a dual-era client falls back to <c>initialize</c>.</remarks>
internal sealed record ProxyFault(int Status, int Code, string Text)
{
    // The request, before it reaches a backend.
    public static readonly ProxyFault NoSuchServer = new(404, -32001, "No server of that name is configured here. GET /status lists the names.");
    public static readonly ProxyFault NotAcceptable = new(406, -32600, "Not acceptable: the Accept header must allow text/event-stream or application/json.");
    public static readonly ProxyFault NotAcceptableStream = new(406, -32600, "Not acceptable: the Accept header of a GET must allow text/event-stream.");
    public static readonly ProxyFault UnsupportedMediaType = new(415, -32600, "Unsupported media type: the Content-Type must be application/json.");
    public static readonly ProxyFault BodyTooLarge = new(413, -32600, "The body is larger than the gateway accepts. --max-request-size raises the limit.");
    public static readonly ProxyFault BodyIncomplete = new(400, -32700, "The body ended early, or came too slowly.");
    public static readonly ProxyFault NotUtf8 = new(400, -32700, "Parse error: a message must be UTF-8.");
    public static readonly ProxyFault MissingSession = new(400, -32600, "Bad request: the Mcp-Session-Id header is missing. Send initialize without it to open a session.");
    public static readonly ProxyFault SessionNotFound = new(404, -32001, "Session not found: it has ended, or never was. Send initialize without Mcp-Session-Id to open a new one.");
    public static readonly ProxyFault SessionExists = new(400, -32600, "Bad request: initialize opens a session and carries no Mcp-Session-Id.");
    public static readonly ProxyFault InitializeInBatch = new(400, -32600, "Invalid request: initialize must not be part of a batch.");
    public static readonly ProxyFault NotInitialized = new(400, -32600, "Bad request: the first request of a session is initialize.");
    public static readonly ProxyFault MissingSessionId = new(400, -32600, "session_id is required");
    public static readonly ProxyFault SseSessionNotFound = new(404, -32001, "Could not find session");
    public static readonly ProxyFault InvalidSessionId = new(400, -32600, "Invalid session ID");
    public static readonly ProxyFault UnsupportedVersion = new(400, -32600, "Bad request: the MCP-Protocol-Version header names a revision that this session does not speak.");
    public static readonly ProxyFault DuplicateId = new(400, -32600, "Invalid request: a request with this id is in flight in this session.");
    public static readonly ProxyFault TooManyRequests = new(429, -32005, "Too many requests are in flight in this session. Wait for some answers.");
    public static readonly ProxyFault TooManySessions = new(429, -32005, "The gateway has as many sessions as it may have. End one, or raise --max-sessions.");
    public static readonly ProxyFault ShuttingDown = new(503, -32000, "The gateway is shutting down.");
    public static readonly ProxyFault StatelessMethod = new(405, -32600, "Method not allowed: the gateway runs with --stateless, so there is no stream and no session.");
    public static readonly ProxyFault ModernMethod = new(405, -32600, "Method not allowed: revision 2026-07-28 has no stream of its own and no session. POST subscriptions/listen instead.");
    public static readonly ProxyFault EventsGone = new(400, -32004, "The events after this Last-Event-ID are no longer kept. --replay-events and --replay-size keep more.");
    public static readonly ProxyFault NotModern = new(400, -32600, "This server does not speak revision 2026-07-28. Fall back to initialize.");
    public static readonly ProxyFault HeaderMismatch = new(400, -32020, "Header mismatch: MCP-Protocol-Version, Mcp-Method and Mcp-Name must repeat what the body says.");
    public static readonly ProxyFault ModernBatch = new(400, -32600, "Invalid request: revision 2026-07-28 has no batches.");

    // Who may ask.
    public static readonly ProxyFault OriginRefused = new(403, -32600, "Forbidden: this Origin may not call the gateway. --allow-origin ORIGIN allows it.");
    public static readonly ProxyFault HostRefused = new(403, -32600, "Forbidden: the gateway listens on loopback and is not known by this Host. --allow-host NAME allows it.");

    // The backend.
    public static readonly ProxyFault CommandNotFound = new(200, -32003, "The server's command was not found. Is it installed, and on the PATH of the proxy?");
    public static readonly ProxyFault StartFailed = new(200, -32003, "The server's command could not be started. The proxy's log says why.");
    public static readonly ProxyFault WorkingDirectoryMissing = new(200, -32003, "The server's working directory does not exist. Check --cwd, or \"cwd\" in the configuration.");
    public static readonly ProxyFault ExitedAtStart = new(200, -32003, "The server exited before it answered initialize. The proxy's log has what it printed.");
    public static readonly ProxyFault InitializeTimeout = new(200, -32003, "The server did not answer initialize in time. --initialize-timeout allows it more.");
    public static readonly ProxyFault InitializeRefused = new(200, -32003, "The server refused the proxy's initialize. The proxy's log says how.");
    public static readonly ProxyFault GivenUp = new(200, -32003, "The server has failed too often, and is not started again until an operator restarts it (--max-restarts).");
    public static readonly ProxyFault Restarting = new(200, -32003, "The server exited and is being started again. Try again shortly.");
    public static readonly ProxyFault Exited = new(200, -32000, "The server exited before it answered. It is being started again; the call may have been carried out.");
    public static readonly ProxyFault Removed = new(200, -32000, "The server was stopped, because the proxy is stopping or its configuration changed.");
    public static readonly ProxyFault SessionEnded = new(200, -32000, "The session ended before the server answered.");
    public static readonly ProxyFault AnswerTooLarge = new(200, -32000, "The server's answer is larger than the gateway relays. --max-message-size raises the limit.");
    public static readonly ProxyFault AnswerInvalid = new(200, -32000, "The server's answer is not a JSON-RPC message. The proxy's log says what is wrong with it.");
    public static readonly ProxyFault Internal = new(200, -32603, "The proxy could not relay this request. Its log says why.");
    public static readonly ProxyFault Cancelled = new(200, -32800, "The request was cancelled.");

    // What the backend asks of a client.
    public static readonly ProxyFault NoStream = new(200, -32000, "The client opened no stream on which this request could reach it.");
    public static readonly ProxyFault NoClient = new(200, -32601, "No client has a request in flight, so nobody can answer this request.");
    public static readonly ProxyFault SeveralClients = new(200, -32601, "Several clients have requests in flight on this shared connection, so it is unknown whom this request is for. --sharing dedicated tells them apart.");
    public static readonly ProxyFault StatelessClient = new(200, -32601, "The gateway runs with --stateless: clients cannot answer requests.");

    /// <summary>The fault of a body that is no message.</summary>
    public static ProxyFault Of(ScanFault fault) => new(400, fault.Code(), fault.Describe());

    /// <summary>The fault that an error response of a remote server tells of.</summary>
    public static ProxyFault Of(Message error)
    {
        try
        {
            using var json = JsonDocument.Parse(error.Body.ToArray(), new JsonDocumentOptions { MaxDepth = MessageScanner.MaxDepth });
            var details = json.RootElement.GetProperty("error");
            return new(200, details.GetProperty("code").GetInt32(), details.GetProperty("message").GetString()!);
        }
        catch (Exception e) when (e is InvalidOperationException or KeyNotFoundException or FormatException)
        {
            return InitializeRefused; // It is no error as JSON-RPC 2.0, section 5.1, wants it.
        }
    }

    /// <summary>The fault of a remote server.</summary>
    public static ProxyFault Of(RemoteFault fault) => new(200, fault.Code, fault.Text);

    /// <summary>The JSON-RPC error response.</summary>
    public Message ToMessage(MessagePool pool, JsonToken id) => OwnMessages.Error(pool, id, Code, Text);
}
