using System.Text;
using System.Text.Json;
using McpProxy.Gateway.Configuration;
using McpProxy.Gateway.Errors;
using McpProxy.Relay.Messages;

namespace McpProxy.Gateway.Backends;

/// <summary>
/// One connection for all clients of a backend. The gateway initialises it as itself, answers each client's <c>initialize</c> from that,
/// and keeps apart what each client said: its log level, its subscriptions, its tasks, the server requests that it is to answer.
/// </summary>
internal sealed class SharedLink(string name, BackendOptions backend, BackendContext context, bool offersClientFeatures)
    : Link(name, backend, context, isShared: true)
{
    private readonly Lock _gate = new();
    private readonly HashSet<BackendClient> _clients = [];
    private readonly Dictionary<JsonToken, (BackendClient Client, Connection Asker)> _serverRequests = [];
    private readonly HashSet<(BackendClient Client, string Uri)> _subscribing = [];
    private readonly SharedTasks _tasks = new();
    private volatile InitializeResult? _initialize;
    private LogSeverity? _lowestLevel;

    /// <inheritdoc/>
    public override string? ProtocolVersion => _initialize?.ProtocolVersion;

    /// <summary>A client that is to get what belongs to nobody in particular.</summary>
    public void Attach(BackendClient client)
    {
        lock (_gate)
        {
            _clients.Add(client);
        }
    }

    /// <inheritdoc/>
    public override ValueTask SendRequestAsync(BackendClient client, Message request, Exchange exchange, CancellationToken cancellationToken) =>
        request.Envelope.Method switch
        {
            McpMethod.Initialize => AnswerInitializeAsync(request, exchange, cancellationToken),
            McpMethod.LoggingSetLevel => SetLevelAsync(client, request, exchange, cancellationToken),
            McpMethod.ResourcesSubscribe or McpMethod.ResourcesUnsubscribe => SubscribeAsync(client, request, exchange, cancellationToken),
            _ => ForwardAsync(request, exchange, cancellationToken),
        };

    /// <inheritdoc/>
    public override ValueTask SendAsync(BackendClient client, Message message, CancellationToken cancellationToken)
    {
        if (message.Envelope.Is(MessageKind.Notification, McpMethod.Initialized))
        {
            message.Dispose(); // The connection is initialised already.
            return ValueTask.CompletedTask;
        }

        if (message.Envelope.Kind != MessageKind.Response)
        {
            return ForwardAsync(message, cancellationToken);
        }

        if (TakeServerRequest(message.Id, client) is { } asker)
        {
            return AnswerAsync(asker, message, cancellationToken);
        }

        Context.Logger.NotDelivered(Name, "up", "it answers no request that this client was asked");
        message.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public override async ValueTask DetachAsync(BackendClient client)
    {
        string[] orphaned;
        (JsonToken Id, Connection Asker)[] unanswered;
        lock (_gate)
        {
            if (!_clients.Remove(client))
            {
                return;
            }

            _tasks.Forget(client);
            orphaned = client.HasSubscriptions ? [.. client.Subscriptions.Where(uri => !IsSubscribed(uri) && !IsSubscribing(uri, client))] : [];
            unanswered = [.. _serverRequests.Where(pair => pair.Value.Client == client).Select(pair => (pair.Key, pair.Value.Asker))];
            foreach (var (id, _) in unanswered)
            {
                _serverRequests.Remove(id);
            }
        }

        foreach (var (id, asker) in unanswered)
        {
            await asker.TrySendAsync(ProxyFault.NoClient.ToMessage(Context.Pool, id));
        }

        if (Current is not { } connection)
        {
            return;
        }

        foreach (var uri in orphaned)
        {
            var request = ResourceRequest("resources/unsubscribe", uri);
            var exchange = new BufferedExchange(null, request);
            _ = exchange.DiscardAsync();
            await connection.SendRequestAsync(request, exchange, new CancellationToken(canceled: true)); // As above: only if there is room.
        }
    }

    /// <inheritdoc/>
    public override async ValueTask<Message> OnTasksAsync(Exchange exchange, Message response)
    {
        IReadOnlyList<byte[]> early = [];
        lock (_gate)
        {
            if (exchange.Method == McpMethod.TasksList)
            {
                return _tasks.LeaveOwn(exchange.Client, response, Context.Pool);
            }

            if (exchange.Client is { } client && _clients.Contains(client))
            {
                early = _tasks.Add(JsonToken.Read(response[response.Envelope.Subject]), client, exchange.WireToken, exchange.ProgressToken);
            }
        }

        foreach (var status in early)
        {
            await exchange.Client!.DeliverAsync(MessageReader.Read(Context.Pool, status).Single!);
        }

        return response;
    }

    /// <inheritdoc/>
    public override ValueTask OnMessageAsync(Connection connection, Message message) => message.Envelope.Kind switch
    {
        MessageKind.Request => OnServerRequestAsync(connection, message),
        MessageKind.Notification => OnNotificationAsync(message),
        _ => Discard(message),
    };

    /// <inheritdoc/>
    protected override async ValueTask<ProxyFault?> HandshakeAsync(Connection connection, CancellationToken cancellationToken)
    {
        using var answer = await AskAsync(connection, OwnMessages.Call(Context.Pool, JsonToken.From(0), "initialize", WriteInitialize), cancellationToken);
        if (answer is null)
        {
            return ProxyFault.InitializeTimeout;
        }

        if (InitializeResult.Read(answer) is not { } result)
        {
            return Refusal(answer);
        }

        var isRestart = _initialize is not null;
        _initialize = result;
        await connection.SendOrDiscardAsync(OwnMessages.Call(Context.Pool, default, "notifications/initialized"), cancellationToken);
        Context.Logger.Initialized(Name, result.ProtocolVersion);
        if (isRestart)
        {
            await RestoreAsync(connection, result, cancellationToken);
        }

        return null;
    }

    private ValueTask Discard(Message message)
    {
        Context.Logger.AboutNothingKnown(Name, message.Envelope.Kind == MessageKind.Response ? "a response" : message.Envelope.Method.ToName());
        message.Dispose();
        return ValueTask.CompletedTask;
    }

    private void WriteInitialize(Utf8JsonWriter writer)
    {
        writer.WriteString("protocolVersion"u8, Revisions.NewestInitialize);
        writer.WriteStartObject("capabilities"u8);
        foreach (var feature in offersClientFeatures ? ["roots", "sampling", "elicitation"] : Array.Empty<string>())
        {
            writer.WriteStartObject(feature);
            writer.WriteEndObject();
        }

        writer.WriteEndObject();
        writer.WriteStartObject("clientInfo"u8);
        writer.WriteString("name"u8, "mcp-proxy");
        writer.WriteString("version"u8, GatewayVersion.Text);
        writer.WriteEndObject();
    }

    /// <summary>Tells a backend that was started again what its predecessor knew, and the clients that its lists may have changed.</summary>
    private async ValueTask RestoreAsync(Connection connection, InitializeResult result, CancellationToken cancellationToken)
    {
        string[] uris;
        LogSeverity? level;
        lock (_gate)
        {
            _serverRequests.Clear();
            _tasks.Clear();
            uris = [.. _clients.Where(client => client.HasSubscriptions).SelectMany(client => client.Subscriptions).Distinct()];
            level = _lowestLevel;
        }

        if (level is { } lowest && result.Logs)
        {
            var request = OwnMessages.Call(
                Context.Pool, JsonToken.From(0), "logging/setLevel", writer => writer.WriteString("level"u8, lowest.ToName()));
            (await AskAsync(connection, request, cancellationToken))?.Dispose();
        }

        foreach (var uri in uris)
        {
            (await AskAsync(connection, ResourceRequest("resources/subscribe", uri), cancellationToken))?.Dispose();
        }

        foreach (var list in result.ListsChange)
        {
            await BroadcastAsync(OwnMessages.Call(Context.Pool, default, $"notifications/{list}/list_changed"), static (_, _) => true);
        }
    }

    private Message ResourceRequest(string method, string uri) =>
        OwnMessages.Call(Context.Pool, JsonToken.From(0), method, writer => writer.WriteString("uri"u8, uri));

    private async ValueTask AnswerInitializeAsync(Message request, Exchange exchange, CancellationToken cancellationToken)
    {
        using var initialize = request;
        var asked = InitializeRequest.Read(initialize).ProtocolVersion;
        var attempt = await ConnectAsync(cancellationToken);
        if (attempt.Connection is null || _initialize is not { } result)
        {
            await exchange.FailAsync(attempt.Fault ?? ProxyFault.Restarting, Context.Pool);
            return;
        }

        await exchange.CompleteAsync(result.AnswerTo(Context.Pool, exchange.Id, asked));
    }

    private ValueTask SetLevelAsync(BackendClient client, Message request, Exchange exchange, CancellationToken cancellationToken)
    {
        var level = LogSeverities.Read(request[request.Envelope.Subject]);
        LogSeverity lowest;
        LogSeverity? before;
        lock (_gate)
        {
            // At once, not with the answer: what another client sets meanwhile has to reckon with it.
            (before, client.LogLevel) = (client.LogLevel, level);
            lowest = _clients.Select(other => other.LogLevel).Append(level).Min() ?? level;
        }

        exchange.Answered = succeeded =>
        {
            client.LogLevel = succeeded ? client.LogLevel : before;
            _lowestLevel = succeeded ? lowest : _lowestLevel;
        };
        if (lowest != level)
        {
            request.Replace(request.Envelope.Subject, JsonToken.From(lowest.ToName()));
        }

        return ForwardAsync(request, exchange, cancellationToken);
    }

    private ValueTask SubscribeAsync(BackendClient client, Message request, Exchange exchange, CancellationToken cancellationToken)
    {
        var uri = ReadString(request[request.Envelope.Subject]);
        var subscribes = request.Envelope.Method == McpMethod.ResourcesSubscribe;
        bool others;
        bool gaveUp;
        lock (_gate)
        {
            // Who subscribes relies on what the backend has confirmed; who unsubscribes spares what it was only asked for, too.
            others = IsSubscribed(uri, except: client) || (!subscribes && IsSubscribing(uri, except: client));
            gaveUp = !subscribes && client.Subscriptions.Remove(uri);
            _ = subscribes && _subscribing.Add((client, uri));
        }

        exchange.Answered = succeeded =>
        {
            lock (_gate)
            {
                _subscribing.Remove((client, uri));
                _ = (subscribes ? succeeded : gaveUp && !succeeded) && client.Subscriptions.Add(uri);
            }
        };
        if (!others || request.Envelope.Subject.IsEmpty)
        {
            return ForwardAsync(request, exchange, cancellationToken);
        }

        // The backend sends this resource's updates anyway, and has to go on.
        request.Dispose();
        return exchange.CompleteAsync(OwnMessages.EmptyResult(Context.Pool, exchange.Id));
    }

    private bool IsSubscribed(string uri, BackendClient? except = null) =>
        _clients.Any(client => client != except && client.HasSubscriptions && client.Subscriptions.Contains(uri));

    private bool IsSubscribing(string uri, BackendClient except) => _subscribing.Any(asked => asked.Client != except && asked.Uri == uri);

    private async ValueTask OnServerRequestAsync(Connection connection, Message request)
    {
        var id = request.Id;
        if (request.Envelope.Method == McpMethod.Ping)
        {
            request.Dispose(); // It asks whether the connection lives, and that is ours.
            await connection.TrySendAsync(OwnMessages.EmptyResult(Context.Pool, id));
            return;
        }

        var clients = connection.ClientsInFlight();
        if (clients.Count != 1)
        {
            request.Dispose();
            await RefuseAsync(connection, id, clients.Count == 0 ? ProxyFault.NoClient : ProxyFault.SeveralClients);
            return;
        }

        var client = clients.Single();
        lock (_gate)
        {
            _serverRequests[id] = (client, connection);
        }

        if (await client.DeliverAsync(request) is { } fault && TakeServerRequest(id, client) is not null)
        {
            await RefuseAsync(connection, id, fault);
        }
    }

    // Never waits: it is called by what reads from the backend, and a backend that reads nothing would hold that up for ever.
    private ValueTask RefuseAsync(Connection connection, JsonToken id, ProxyFault fault)
    {
        Context.Logger.ServerRequestRefused(Name, fault.Text);
        return connection.TrySendAsync(fault.ToMessage(Context.Pool, id));
    }

    /// <summary>Notes that a client has answered.</summary>
    /// <returns>The connection that asked; null when that client was not asked, or has answered.</returns>
    private Connection? TakeServerRequest(JsonToken id, BackendClient client)
    {
        lock (_gate)
        {
            return _serverRequests.TryGetValue(id, out var asked) && asked.Client == client && _serverRequests.Remove(id) ? asked.Asker : null;
        }
    }

    private ValueTask OnNotificationAsync(Message message)
    {
        switch (message.Envelope.Method)
        {
            case McpMethod.Progress or McpMethod.TaskStatus:
                // Progress of a request that is answered already: it has become a task, or whose it was is nobody else's business.
                BackendClient? owner;
                lock (_gate)
                {
                    owner = _tasks.OwnerOf(message);
                }

                return owner is null ? Discard(message) : DeliverAsync(owner, message);
            case McpMethod.Cancelled:
                bool wasAsked;
                (BackendClient Client, Connection Asker) asked;
                lock (_gate)
                {
                    wasAsked = _serverRequests.Remove(JsonToken.Read(message[message.Envelope.Subject]), out asked);
                }

                return wasAsked ? DeliverAsync(asked.Client, message) : Discard(message);
            case McpMethod.LogMessage:
                var level = LogSeverities.Read(message[message.Envelope.Subject]);
                return BroadcastAsync(message, (client, anyLevel) => level >= (client.LogLevel ?? (anyLevel ? LogSeverity.Info : LogSeverity.Debug)));
            case McpMethod.ResourceUpdated:
                var uri = ReadString(message[message.Envelope.Subject]);
                return BroadcastAsync(message, (client, _) => client.HasSubscriptions && client.Subscriptions.Any(own => Covers(own, uri)));
            default:
                return BroadcastAsync(message, static (_, _) => true);
        }
    }

    // The updated resource may lie below the one subscribed to (MCP 2025-11-25, schema, ResourceUpdatedNotification).
    private static bool Covers(string subscribed, string updated) =>
        updated.StartsWith(subscribed, StringComparison.Ordinal)
        && (updated.Length == subscribed.Length || subscribed.EndsWith('/') || updated[subscribed.Length] is '/' or '#' or '?');

    /// <summary>Gives each of the chosen clients a copy.</summary>
    private async ValueTask BroadcastAsync(Message message, Func<BackendClient, bool, bool> chooses)
    {
        BackendClient[] chosen;
        lock (_gate)
        {
            var anyLevel = _clients.Any(client => client.LogLevel is not null);
            chosen = [.. _clients.Where(client => chooses(client, anyLevel))];
        }

        foreach (var client in chosen)
        {
            await client.DeliverAsync(message.Clone());
        }

        message.Dispose();
    }

    private static async ValueTask DeliverAsync(BackendClient client, Message message) => await client.DeliverAsync(message);

    private static string ReadString(ReadOnlySpan<byte> token)
    {
        try
        {
            var reader = new Utf8JsonReader(token);
            return !token.IsEmpty && reader.Read() && reader.TokenType == JsonTokenType.String ? reader.GetString()! : "";
        }
        catch (InvalidOperationException)
        {
            return Encoding.UTF8.GetString(token); // Half of a surrogate pair is no text, but it equals itself.
        }
    }
}
