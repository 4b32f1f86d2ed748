using System.Text.Json.Nodes;

namespace McpProxy.FaultServer;

/// <summary>What reached the server, for tests to ask about.</summary>
internal sealed class Recorder
{
    private readonly Lock _lock = new();
    private readonly List<string> _lines = [];
    private readonly SortedDictionary<string, (int Subscribed, int Unsubscribed)> _subscriptions = new(StringComparer.Ordinal);

    /// <summary>The last level that <c>logging/setLevel</c> set, or null.</summary>
    public string? Level { get; set; }

    public void AddLine(string line)
    {
        lock (_lock)
        {
            _lines.Add(line);
        }
    }

    public void Subscribed(string uri) => Count(uri, subscribed: 1, unsubscribed: 0);

    public void Unsubscribed(string uri) => Count(uri, subscribed: 0, unsubscribed: 1);

    /// <summary>All lines so far, as a JSON array of strings.</summary>
    public JsonArray Lines()
    {
        lock (_lock)
        {
            return [.. _lines.Select(line => (JsonNode)line)];
        }
    }

    /// <summary>How often each URI was subscribed to and unsubscribed from.</summary>
    public JsonArray Subscriptions()
    {
        lock (_lock)
        {
            return
            [
                .. _subscriptions.Select(entry => new JsonObject
                {
                    ["uri"] = entry.Key,
                    ["subscribed"] = entry.Value.Subscribed,
                    ["unsubscribed"] = entry.Value.Unsubscribed,
                }),
            ];
        }
    }

    private void Count(string uri, int subscribed, int unsubscribed)
    {
        lock (_lock)
        {
            var counts = _subscriptions.GetValueOrDefault(uri);
            _subscriptions[uri] = (counts.Subscribed + subscribed, counts.Unsubscribed + unsubscribed);
        }
    }
}
