using System.Diagnostics;
using McpProxy.Relay.Messages;

namespace McpProxy.Relay.Telemetry;

/// <summary>
/// One request on its way through the proxy, which is the server of whoever asks and the client of whoever answers: a span and a duration
/// for each. Exists only while somebody listens.
/// </summary>
public sealed class McpOperation
{
    private readonly TagList _tags;
    private readonly string _name;
    private readonly string _id;
    private readonly string? _resource;
    private volatile Half? _server;
    private volatile Half? _client;
    private int _ended;

    private McpOperation(Message request, string? session, string? revision)
    {
        ref readonly var envelope = ref request.Envelope;
        Method = envelope.Method;
        _id = JsonText.Read(request[envelope.Id]);
        Session = session;
        var method = JsonText.Read(request[envelope.MethodName]);
        var subject = JsonText.Read(request[envelope.Subject]);
        var tags = default(TagList);
        tags.Add(Attributes.Method, method);
        switch (Method)
        {
            case McpMethod.ToolsCall:
                tags.Add(Attributes.GenAiOperation, "execute_tool");
                AddIfAny(Attributes.Tool, subject);
                break;
            case McpMethod.PromptsGet:
                AddIfAny(Attributes.Prompt, subject);
                break;
            case McpMethod.ResourcesRead or McpMethod.ResourcesSubscribe or McpMethod.ResourcesUnsubscribe:
                _resource = subject; // Not for metrics, nor for the name: there may be any number of them.
                break;
        }

        _name = Method is McpMethod.ToolsCall or McpMethod.PromptsGet ? $"{method} {subject}".TrimEnd() : method;
        AddIfAny(Attributes.Revision, envelope.ProtocolVersion.IsEmpty ? revision : JsonText.Read(request[envelope.ProtocolVersion]));
        _tags = tags;

        void AddIfAny(string name, string? value)
        {
            if (!string.IsNullOrEmpty(value))
            {
                tags.Add(name, value);
            }
        }
    }

    /// <summary>The request's method.</summary>
    public McpMethod Method { get; }

    /// <summary>The span of what is asked of the server; what is done for it belongs below.</summary>
    public Activity? Client => _client?.Span;

    private string? Session { get; }

    /// <summary>A request has come in; null when nobody listens.</summary>
    /// <param name="request">The request.</param>
    /// <param name="caller">Who asks.</param>
    /// <param name="session">The id of the caller's session, if it has one.</param>
    /// <param name="revision">The protocol revision of that session, if it is known.</param>
    public static McpOperation? Begin(Message request, Party caller, string? session = null, string? revision = null)
    {
        if (!McpTelemetry.IsOn)
        {
            return null;
        }

        var operation = new McpOperation(request, session, revision);
        operation._server = operation.StartServer(TraceContext.Extract(request), caller);
        return operation;
    }

    /// <summary>A request of the proxy's own; null when nobody listens.</summary>
    public static McpOperation? BeginOwn(Message request) => McpTelemetry.IsOn ? new McpOperation(request, null, null) : null;

    /// <summary>The request goes out, and carries the trace on. When it is sent again it is the same operation.</summary>
    public void Send(Message request, Party server)
    {
        if (_client is not null)
        {
            return;
        }

        _client = Start(ActivityKind.Client, server, _server?.Span?.Context ?? default, []);

        // When the caller's trace is not sampled there is no span of ours, and whoever comes next is to know that, too.
        if (McpTelemetry.Source.HasListeners() && (_client.Span ?? Activity.Current) is { } span)
        {
            TraceContext.Inject(request, span);
        }
    }

    /// <summary>The answer is there. Harmless when done twice.</summary>
    public void End(Message response)
    {
        if (Interlocked.Exchange(ref _ended, 1) != 0)
        {
            return;
        }

        var failure = Failure.Of(response, Method);
        _client?.End(_tags, failure);
        _server?.End(_tags, failure);
    }

    /// <summary>
    /// The caller's span is the parent, and the HTTP request that the message came with is linked (conventions, context propagation);
    /// unless that request is in the caller's trace already: then it is below the caller's span, and this is below the request.
    /// </summary>
    private Half StartServer(ActivityContext caller, Party party)
    {
        var ambient = Activity.Current?.Context ?? default;
        var isApart = caller != default && ambient.TraceId != caller.TraceId;
        return Start(ActivityKind.Server, party, isApart ? caller : ambient, isApart && ambient != default ? [new ActivityLink(ambient)] : []);
    }

    private Half Start(ActivityKind kind, Party party, ActivityContext parent, ActivityLink[] links)
    {
        var before = Activity.Current;
        var span = McpTelemetry.Source.HasListeners() ? McpTelemetry.Source.StartActivity(_name, kind, parent, SpanTags(party), links) : null;
        Activity.Current = before;
        return new Half(kind, party, span);
    }

    private TagList SpanTags(Party party)
    {
        var tags = _tags;
        tags.Add(Attributes.RequestId, _id);
        if (Session is not null)
        {
            tags.Add(Attributes.Session, Session);
        }

        if (_resource is not null)
        {
            tags.Add(Attributes.Resource, _resource);
        }

        party.AddTo(ref tags);
        return tags;
    }

    /// <summary>The operation as one of its two sides sees it.</summary>
    private sealed class Half(ActivityKind kind, Party party, Activity? span)
    {
        private readonly long _started = TimeProvider.System.GetTimestamp();

        public Activity? Span => span;

        public void End(TagList tags, Failure? failure)
        {
            party.AddTo(ref tags);
            if (failure is not null)
            {
                tags.Add(Attributes.ErrorType, failure.Type);
                if (failure.Code is not null)
                {
                    tags.Add(Attributes.StatusCode, failure.Code);
                }
            }

            McpTelemetry.OperationEnded(kind, TimeProvider.System.GetElapsedTime(_started), tags);
            if (span is null)
            {
                return;
            }

            if (failure is not null)
            {
                span.SetTag(Attributes.ErrorType, failure.Type).SetTag(Attributes.StatusCode, failure.Code);
                span.SetStatus(ActivityStatusCode.Error, failure.Message);
            }

            var before = Activity.Current;
            span.Stop();
            Activity.Current = before;
        }
    }
}
