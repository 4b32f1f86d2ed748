using McpProxy.Relay.Messages;

namespace McpProxy.Relay.Remote;

/// <summary>The requests in flight.</summary>
internal sealed class RemoteCalls
{
    private readonly Lock _gate = new();
    private readonly Dictionary<JsonToken, RemoteCall> _byId = [];
    private readonly Dictionary<JsonToken, RemoteCall> _byWireId = [];
    private readonly Dictionary<JsonToken, RemoteCall> _byWireToken = [];
    private readonly TaskCompletionSource _left = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TaskCompletionSource? _empty;
    private TaskCompletionSource? _settled;
    private int _inside;
    private int _answering;
    private bool _closed;

    /// <summary>How many wait for an answer. A subscription does not: its answer is its end (2026-07-28, basic/patterns, subscriptions).</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _byId.Values.Count(call => call.Method != McpMethod.SubscriptionsListen);
            }
        }
    }

    /// <summary>Done when everybody who has entered has left, after it was closed.</summary>
    public Task Left => _left.Task;

    /// <summary>Lets a request in, unless it was closed: then nobody would answer it.</summary>
    public Admission Enter(RemoteCall call)
    {
        lock (_gate)
        {
            if (_closed)
            {
                return Admission.Closed;
            }

            _inside++;
            if (TryAdd(call))
            {
                return Admission.InFlight;
            }

            _answering++;
            return Admission.Duplicate;
        }
    }

    /// <summary>A request that was let in was answered, and needs nothing any more.</summary>
    public void Leave()
    {
        lock (_gate)
        {
            _inside--;
            NoteLeft();
        }
    }

    /// <summary>Lets nobody in any more.</summary>
    public void Close()
    {
        lock (_gate)
        {
            _closed = true;
            NoteLeft();
        }
    }

    /// <summary>Waits until there are none.</summary>
    public Task WhenEmptyAsync()
    {
        lock (_gate)
        {
            return _byId.Count == 0 ? Task.CompletedTask : (_empty ??= new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
        }
    }

    /// <summary>Waits until the answers of those that were taken out are on their way.</summary>
    public Task WhenSettledAsync()
    {
        lock (_gate)
        {
            return _answering == 0 ? Task.CompletedTask : (_settled ??= new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
        }
    }

    /// <summary>Says that a request that was taken out was answered, or kept.</summary>
    public void Settle(RemoteCall call)
    {
        call.Complete();
        lock (_gate)
        {
            if (--_answering == 0)
            {
                _settled?.TrySetResult();
                _settled = null;
            }
        }
    }

    /// <summary>Those that there are now.</summary>
    public IReadOnlyList<RemoteCall> All()
    {
        lock (_gate)
        {
            return [.. _byId.Values];
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

    /// <summary>Takes a request out because it is being answered, until <see cref="Settle"/>; null when there is none, or no longer.</summary>
    public RemoteCall? Take(JsonToken wireId)
    {
        lock (_gate)
        {
            return _byWireId.TryGetValue(wireId, out var call) && Remove(call) ? call : null;
        }
    }

    /// <summary>Takes a request out, until <see cref="Settle"/>; false when somebody else has done so.</summary>
    public bool TryRemove(RemoteCall call)
    {
        lock (_gate)
        {
            return Remove(call);
        }
    }

    private bool TryAdd(RemoteCall call)
    {
        if (_byId.ContainsKey(call.Id) || !_byWireId.TryAdd(call.WireId, call))
        {
            return false;
        }

        _byId.Add(call.Id, call);
        if (call.WireToken != call.ProgressToken)
        {
            _byWireToken[call.WireToken] = call;
        }

        return true;
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

        _answering++;
        if (_byId.Count == 0)
        {
            _empty?.TrySetResult();
            _empty = null;
        }

        return true;
    }

    private void NoteLeft()
    {
        if (_closed && _inside == 0)
        {
            _left.TrySetResult();
        }
    }
}
