using McpProxy.Relay.Messages;

namespace McpProxy.Relay.Remote;

/// <summary>The requests in flight.</summary>
internal sealed class RemoteCalls
{
    private readonly Lock _gate = new();
    private readonly Dictionary<JsonToken, RemoteCall> _byId = [];
    private readonly Dictionary<JsonToken, RemoteCall> _byWireId = [];
    private readonly Dictionary<JsonToken, RemoteCall> _byWireToken = [];

    /// <summary>How many there are.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _byId.Count;
            }
        }
    }

    /// <summary>Adds a request; false when one with its id is there.</summary>
    public bool TryAdd(RemoteCall call)
    {
        lock (_gate)
        {
            if (!_byId.TryAdd(call.Id, call))
            {
                return false;
            }

            _byWireId[call.WireId] = call;
            if (call.WireToken != call.ProgressToken)
            {
                _byWireToken[call.WireToken] = call;
            }

            return true;
        }
    }

    /// <summary>The request with that id of its sender's, or null.</summary>
    public RemoteCall? Find(JsonToken id)
    {
        lock (_gate)
        {
            return _byId.GetValueOrDefault(id);
        }
    }

    /// <summary>The request with that id on the wire, or null.</summary>
    public RemoteCall? FindByWireId(JsonToken wireId)
    {
        lock (_gate)
        {
            return _byWireId.GetValueOrDefault(wireId);
        }
    }

    /// <summary>The request whose progress token was replaced by this one, or null.</summary>
    public RemoteCall? FindByWireToken(JsonToken token)
    {
        lock (_gate)
        {
            return _byWireToken.Count == 0 ? null : _byWireToken.GetValueOrDefault(token);
        }
    }

    /// <summary>Takes a request out because it is being answered; null when there is none, or no longer.</summary>
    public RemoteCall? Take(JsonToken wireId)
    {
        lock (_gate)
        {
            return _byWireId.TryGetValue(wireId, out var call) && Remove(call) ? call : null;
        }
    }

    /// <summary>Takes a request out; false when somebody else has done so.</summary>
    public bool TryRemove(RemoteCall call)
    {
        lock (_gate)
        {
            return Remove(call);
        }
    }

    private bool Remove(RemoteCall call)
    {
        if (_byId.GetValueOrDefault(call.Id) != call)
        {
            return false;
        }

        _byId.Remove(call.Id);
        _byWireId.Remove(call.WireId);
        if (call.WireToken != call.ProgressToken)
        {
            _byWireToken.Remove(call.WireToken);
        }

        return true;
    }
}
