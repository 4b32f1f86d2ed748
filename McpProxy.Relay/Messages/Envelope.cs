namespace McpProxy.Relay.Messages;

/// <summary>The few fields of a message that routing reads, as offsets into its bytes.</summary>
public struct Envelope
{
    /// <summary>Request, notification or response.</summary>
    public MessageKind Kind { get; internal set; }

    /// <summary>The method, when it is one that routing knows.</summary>
    public McpMethod Method { get; internal set; }

    /// <summary>Whether a response carries <c>error</c> rather than <c>result</c>.</summary>
    public bool IsError { get; internal set; }

    /// <summary>Whether a response's <c>result.isError</c> is true: the tool that was called has failed (2025-11-25, server/tools, error handling).</summary>
    public bool IsToolError { get; internal set; }

    /// <summary>The id token. Empty for a notification, and for an error response whose id is null or missing.</summary>
    public Slice Id { get; internal set; }

    /// <summary>The token of <c>method</c>, quotes included.</summary>
    public Slice MethodName { get; internal set; }

    /// <summary>The whole value of <c>params</c>.</summary>
    public Slice Params { get; internal set; }

    /// <summary>The first token of <c>params._meta</c>: its opening brace, or what stands there in its place.</summary>
    public Slice Meta { get; internal set; }

    /// <summary><c>params._meta.traceparent</c>: the trace that the message belongs to (W3C Trace Context). Any token: a sender may write what is none.</summary>
    public Slice TraceParent { get; internal set; }

    /// <summary><c>params._meta.tracestate</c>. Any token, too.</summary>
    public Slice TraceState { get; internal set; }

    /// <summary><c>params._meta.progressToken</c>: the token under which a request wants progress.</summary>
    public Slice ProgressToken { get; internal set; }

    /// <summary>
    /// The one value in <c>params</c> that routing needs for this method: the name of a tool or prompt, the URI of a resource, a log
    /// level, the id that is cancelled, the token that progresses, the task whose status it is. Of a response, <c>result.task.taskId</c>:
    /// the task that the request has become (2025-11-25, basic/utilities/tasks). A string or a number token.
    /// </summary>
    public Slice Subject { get; internal set; }

    /// <summary><c>params._meta["io.modelcontextprotocol/protocolVersion"]</c>: present on every request since revision 2026-07-28.</summary>
    public Slice ProtocolVersion { get; internal set; }

    /// <summary><c>params._meta["io.modelcontextprotocol/subscriptionId"]</c>, since revision 2026-07-28.</summary>
    public Slice SubscriptionId { get; internal set; }

    /// <summary>Whether this is a request for <paramref name="method"/>, or a notification of it.</summary>
    public readonly bool Is(MessageKind kind, McpMethod method) => Kind == kind && Method == method;
}
