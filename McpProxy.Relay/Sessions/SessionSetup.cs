using System.Text;
using McpProxy.Relay.Messages;

namespace McpProxy.Relay.Sessions;

/// <summary>
/// What a client said to set its session up: the handshake, its log level, its subscriptions. When the session has to be opened anew,
/// the same is said again, and the client does not notice.
/// </summary>
public sealed class SessionSetup(MessagePool pool)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, byte[]> _subscriptions = new(StringComparer.Ordinal);
    private byte[]? _initialize;
    private byte[]? _initialized;
    private byte[]? _level;

    /// <summary>Whether the server has accepted the client's <c>initialize</c>.</summary>
    public bool IsInitialized { get; private set; }

    /// <summary>Looks at a message that the client sends.</summary>
    /// <returns>To be called with whether the answer is a result; null when the answer does not matter here.</returns>
    public Action<bool>? Remember(Message message)
    {
        ref readonly var envelope = ref message.Envelope;
        if (envelope.Is(MessageKind.Notification, McpMethod.Initialized))
        {
            lock (_gate)
            {
                _initialized = message.ToArray();
            }
        }

        return envelope.Kind != MessageKind.Request ? null : envelope.Method switch
        {
            McpMethod.Initialize => RememberInitialize(message.ToArray()),
            McpMethod.LoggingSetLevel => RememberLevel(message.ToArray()),
            McpMethod.ResourcesSubscribe => RememberSubscription(message, message.ToArray()),
            McpMethod.ResourcesUnsubscribe => RememberSubscription(message, null),
            _ => null,
        };
    }

    /// <summary>The client's <c>initialize</c>, to be said again.</summary>
    public Message Initialize() => Parse(_initialize ?? throw new InvalidOperationException("Nothing was initialised."));

    /// <summary>The client's <c>notifications/initialized</c>, to be said again; null when it has not said it.</summary>
    public Message? Initialized() => _initialized is { } bytes ? Parse(bytes) : null;

    /// <summary>The requests that come after the handshake, to be sent again.</summary>
    public IEnumerable<Message> Requests()
    {
        lock (_gate)
        {
            byte[][] requests = _level is null ? [.. _subscriptions.Values] : [_level, .. _subscriptions.Values];
            return requests.Select(Parse);
        }
    }

    private Message Parse(byte[] bytes) => MessageReader.Read(pool, bytes).Single!;

    private Action<bool> RememberInitialize(byte[] bytes) => succeeded =>
    {
        lock (_gate)
        {
            (_initialize, IsInitialized) = (bytes, succeeded);
            _initialized = null;
            _level = null;
            _subscriptions.Clear();
        }
    };

    private Action<bool> RememberLevel(byte[] bytes) => succeeded =>
    {
        lock (_gate)
        {
            _level = succeeded ? bytes : _level;
        }
    };

    private Action<bool> RememberSubscription(Message request, byte[]? bytes)
    {
        var uri = Encoding.UTF8.GetString(request[request.Envelope.Subject]);
        return succeeded =>
        {
            lock (_gate)
            {
                if (succeeded && bytes is not null)
                {
                    _subscriptions[uri] = bytes;
                }
                else if (succeeded)
                {
                    _subscriptions.Remove(uri);
                }
            }
        };
    }
}
