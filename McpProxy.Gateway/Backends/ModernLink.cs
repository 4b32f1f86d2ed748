using System.Text.Json;
using McpProxy.Gateway.Configuration;
using McpProxy.Gateway.Errors;
using McpProxy.Relay.Messages;

namespace McpProxy.Gateway.Backends;

/// <summary>
/// The one connection of a backend for clients of revision 2026-07-28 and later: no handshake, no sessions, each request for itself.
/// Started with the first such request, and kept only if the backend speaks that era.
/// </summary>
internal sealed class ModernLink(string name, BackendOptions backend, BackendContext context) : Link(name, backend, context, isShared: true)
{
    /// <summary>How long a backend may take to answer the probe (MCP 2026-07-28, transports/stdio, backward compatibility).</summary>
    private static readonly TimeSpan ProbeTimeout = TimeSpan.FromSeconds(5);

    private bool _isModern;

    /// <summary>Whether the probe got no answer at all: a slow start looks like that too, so it is asked again later.</summary>
    public bool WasSilent { get; private set; }

    /// <summary>Whether the backend speaks this era; waits for the probe.</summary>
    public async ValueTask<bool> IsModernAsync() => _isModern || ((await ConnectAsync(CancellationToken.None)).Connection is not null && _isModern);

    /// <inheritdoc/>
    public override ValueTask SendRequestAsync(BackendClient client, Message request, Exchange exchange, CancellationToken cancellationToken) =>
        ForwardAsync(request, exchange, cancellationToken);

    /// <inheritdoc/>
    public override ValueTask SendAsync(BackendClient client, Message message, CancellationToken cancellationToken) =>
        message.Envelope.Kind == MessageKind.Response ? AnswerAsync(Current, message, cancellationToken) : ForwardAsync(message, cancellationToken);

    /// <inheritdoc/>
    public override ValueTask DetachAsync(BackendClient client) => ValueTask.CompletedTask;

    /// <summary>The client closed the stream of its request: that cancels it (MCP 2026-07-28, transports/streamable-http, cancellation).</summary>
    public ValueTask CancelAsync(Exchange exchange) =>
        CancelAsync(OwnMessages.Cancelled(Context.Pool, exchange.Id, "The client closed the stream."), exchange, Stopping);

    /// <inheritdoc/>
    public override async ValueTask OnMessageAsync(Connection connection, Message message)
    {
        var (kind, id) = (message.Envelope.Kind, message.Id);
        if (message.Envelope.Is(MessageKind.Notification, McpMethod.LogMessage) && connection.OnlyExchange() is { } exchange)
        {
            await exchange.OnMessageAsync(message); // A log message names no request; with one in flight it can only be that one's.
            return;
        }

        if (message.Envelope.Is(MessageKind.Notification, McpMethod.Cancelled)
            && connection.Take(JsonToken.Read(message[message.Envelope.Subject])) is { } ended)
        {
            message.Dispose(); // The server tears a subscription down (MCP 2026-07-28, patterns/cancellation).
            await ended.FailAsync(ProxyFault.Cancelled, Context.Pool);
            return;
        }

        Context.Logger.NotDelivered(Name, "down", "it belongs to no request");
        message.Dispose();
        if (kind == MessageKind.Request)
        {
            // MCP 2026-07-28, transports/stdio: servers send no requests.
            await connection.TrySendAsync(ProxyFault.NoClient.ToMessage(Context.Pool, id));
        }
    }

    /// <inheritdoc/>
    protected override AfterEnd Follow(ProxyFault? fault) => _isModern ? AfterEnd.Restart : AfterEnd.Stop;

    /// <inheritdoc/>
    protected override async ValueTask<ProxyFault?> HandshakeAsync(Connection connection, CancellationToken cancellationToken)
    {
        if (_isModern)
        {
            return null;
        }

        using var timeout = new CancellationTokenSource(ProbeTimeout, Context.Time);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        using var answer = await AskAsync(connection, OwnMessages.Call(Context.Pool, JsonToken.From(0), "server/discover", WriteDiscover), patience.Token);
        WasSilent = answer is null;
        _isModern = answer is not null && LooksModern(answer);
        Context.Logger.Probed(Name, _isModern);
        return _isModern ? null : ProxyFault.NotModern;
    }

    private static void WriteDiscover(Utf8JsonWriter writer)
    {
        writer.WriteStartObject("_meta"u8);
        writer.WriteString("io.modelcontextprotocol/protocolVersion"u8, Revisions.FirstModern);
        writer.WriteStartObject("io.modelcontextprotocol/clientInfo"u8);
        writer.WriteString("name"u8, "mcp-proxy");
        writer.WriteString("version"u8, GatewayVersion.Text);
        writer.WriteEndObject();
        writer.WriteStartObject("io.modelcontextprotocol/clientCapabilities"u8);
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    private static bool LooksModern(Message answer)
    {
        try
        {
            return IsModernAnswer(answer);
        }
        catch (InvalidOperationException)
        {
            return false; // A name with half of a surrogate pair.
        }
    }

    /// <summary>A DiscoverResult, or an error that only servers of this era send; anything else is an older server.</summary>
    private static bool IsModernAnswer(Message answer)
    {
        using var json = JsonDocument.Parse(answer.Body.ToArray(), new JsonDocumentOptions { MaxDepth = MessageScanner.MaxDepth });
        if (json.RootElement.TryGetProperty("error", out var error))
        {
            return ModernErrors.IsModern(error);
        }

        return json.RootElement.TryGetProperty("result", out var result)
            && result.ValueKind == JsonValueKind.Object
            && result.TryGetProperty("supportedVersions", out _);
    }
}
