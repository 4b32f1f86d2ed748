using System.Net;
using McpProxy.Relay.Messages;

namespace McpProxy.Relay.Remote;

/// <summary>What can go wrong with a remote server, as whoever sent the request is told. The texts hold no address and no secret.</summary>
/// <param name="Code">The JSON-RPC error code.</param>
/// <param name="Text">What happened and what to do about it.</param>
public sealed record RemoteFault(int Code, string Text)
{
    private const int NotSent = -32003;
    private const int Lost = -32000;

    /// <summary>The request's id is that of another one in flight.</summary>
    public static readonly RemoteFault DuplicateId = new(-32600, "Invalid request: a request with this id is in flight.");

    /// <summary>Nobody listens there.</summary>
    public static readonly RemoteFault Unreachable = new(NotSent, "The remote server cannot be reached. Is it running, and is its address right? The next request tries again.");

    /// <summary>The host name means nothing.</summary>
    public static readonly RemoteFault UnknownHost = new(NotSent, "The remote server's host name cannot be resolved. Check its address. The next request tries again.");

    /// <summary>The certificate, or the TLS handshake, is not right.</summary>
    public static readonly RemoteFault Tls = new(NotSent, "The TLS connection to the remote server failed: its certificate is not trusted here, or it does not speak TLS. With mcp-proxy URL, --verify-ssl FILE trusts the certificates of a file.");

    /// <summary>The proxy between here and there refuses.</summary>
    public static readonly RemoteFault HttpProxy = new(NotSent, "The HTTP proxy refused to connect to the remote server. HTTPS_PROXY and NO_PROXY say which one is used.");

    /// <summary>The server did not answer while it was being connected to.</summary>
    public static readonly RemoteFault ConnectTimeout = new(NotSent, "The remote server did not answer in time. --connect-timeout, or \"timeout\" in a servers file, allows it more.");

    /// <summary>The connection broke while a call was under way.</summary>
    public static readonly RemoteFault ConnectionLost = new(Lost, "The connection to the remote server was lost before it answered; the call may have been carried out. The next request connects again.");

    /// <summary>The server has forgotten the session while a call was under way.</summary>
    public static readonly RemoteFault SessionLost = new(Lost, "The remote server ended the session before it answered; the call may have been carried out. The next request opens a new session.");

    /// <summary>The server refused a message because it does not know its session, twice.</summary>
    public static readonly RemoteFault SessionRefused = new(Lost, "The remote server does not know its own session. Behind a load balancer, requests of one session must reach one server.");

    /// <summary>The proxy is stopping.</summary>
    public static readonly RemoteFault Closed = new(Lost, "The connection to the remote server was closed before it answered.");

    /// <summary>What the server sent as the answer is no JSON-RPC message.</summary>
    public static readonly RemoteFault NoMessage = new(Lost, "The remote server's answer is not a JSON-RPC message.");

    /// <summary>The server ended its answer without answering.</summary>
    public static readonly RemoteFault NoAnswer = new(Lost, "The remote server closed the response without an answer; the call may have been carried out.");

    /// <summary>The answer is larger than the limit.</summary>
    public static readonly RemoteFault TooLarge = new(Lost, "The remote server's answer is larger than is relayed. --max-message-size raises the limit.");

    /// <summary>What is at that address speaks neither transport.</summary>
    public static readonly RemoteFault NotMcp = new(NotSent, "There is no MCP server at this address. Check its path: most servers use /mcp, older ones /sse.");

    /// <summary>The server's own description of its address is not to be followed.</summary>
    public static readonly RemoteFault ForeignEndpoint = new(NotSent, "The remote server names an endpoint at another host, where nothing is sent.");

    /// <summary>A defect of ours.</summary>
    public static readonly RemoteFault Internal = new(-32603, "The proxy could not relay this request. Its log says why.");

    /// <summary>The server is, or says that it is, somewhere else.</summary>
    public static RemoteFault Redirected(Uri target) =>
        new(NotSent, $"The remote server redirects to {target.GetLeftPart(UriPartial.Path)}, where nothing is sent unasked. If that is right, use this address.");

    /// <summary>The fault of an HTTP status that no transport has a meaning for.</summary>
    public static RemoteFault OfStatus(HttpStatusCode status) => new(Lost, $"The remote server answered with HTTP {(int)status}. {Advice(status)}");

    /// <summary>The fault of an HTTP exchange that failed.</summary>
    public static RemoteFault Of(Exception exception) => exception switch
    {
        RemoteException known => known.Fault,
        HttpRequestException { InnerException: RemoteException known } => known.Fault,
        HttpRequestException { HttpRequestError: HttpRequestError.NameResolutionError } => UnknownHost,
        HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError } => Unreachable,
        HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError } => Tls,
        HttpRequestException { HttpRequestError: HttpRequestError.ProxyTunnelError } => HttpProxy,
        OperationCanceledException => ConnectTimeout,
        _ => ConnectionLost,
    };

    /// <summary>The JSON-RPC error response.</summary>
    public Message ToMessage(MessagePool pool, JsonToken id) => OwnMessages.Error(pool, id, Code, Text);

    private static string Advice(HttpStatusCode status) => status switch
    {
        HttpStatusCode.Unauthorized => "It wants to know who asks: send an Authorization header (-H, or \"headers\" in a servers file), or log in.",
        HttpStatusCode.Forbidden => "It does not allow this, with these credentials or from here.",
        HttpStatusCode.NotFound or HttpStatusCode.MethodNotAllowed => "Check the path of its address: most servers use /mcp, older ones /sse.",
        HttpStatusCode.ProxyAuthenticationRequired => "HTTPS_PROXY may hold a user name and a password.",
        HttpStatusCode.RequestEntityTooLarge => "The message is too large for it.",
        HttpStatusCode.TooManyRequests => "Wait before the next request.",
        >= HttpStatusCode.InternalServerError => "It, or a proxy before it, has a problem. Try again later.",
        _ => "It does not accept the message.",
    };
}
