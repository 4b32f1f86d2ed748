using System.Collections.Concurrent;
using ModelContextProtocol.Protocol;

namespace McpProxy.Samples.Everything.Subscriptions;

/// <summary>Who wants to hear of changes: the session of the <c>initialize</c> era by URI, later clients by open stream.</summary>
internal sealed class SubscriptionRegistry
{
    private readonly ConcurrentDictionary<string, byte> _uris = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<RequestId, ListenStream> _streams = new();

    public bool Contains(string uri) => _uris.ContainsKey(uri);

    public void Add(string uri) => _uris.TryAdd(uri, 0);

    public void Remove(string uri) => _uris.TryRemove(uri, out _);

    public void Add(ListenStream stream) => _streams[stream.Id] = stream;

    public void Remove(ListenStream stream) => _streams.TryRemove(stream.Id, out _);

    /// <summary>The open <c>subscriptions/listen</c> streams whose filter asks for something.</summary>
    public IEnumerable<ListenStream> Streams(Func<SubscriptionsListenNotifications, bool> wants) =>
        _streams.Values.Where(stream => wants(stream.Filter));
}
