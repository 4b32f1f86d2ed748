using McpProxy.Gateway.Errors;

namespace McpProxy.Gateway.Backends;

/// <summary>What a link has to give to its clients: a connection, or a wait for one, or the reason why there is none.</summary>
internal sealed class Availability
{
    private readonly Lock _gate = new();
    private TaskCompletionSource<Attempt> _next = NewAttempt();
    private Connection? _current;
    private ProxyFault? _waitingFault;

    /// <summary>How the link is doing.</summary>
    public LinkStatus Status { get; private set; } = new(LinkState.Starting, 0, null);

    /// <summary>The live connection, if there is one.</summary>
    public Connection? Current => Volatile.Read(ref _current);

    /// <summary>Waits for a connection that is up or soon will be.</summary>
    /// <param name="cancellationToken">Nobody waits any more; that is why there is none, then.</param>
    public async ValueTask<Attempt> ConnectAsync(CancellationToken cancellationToken)
    {
        Task<Attempt> next;
        lock (_gate)
        {
            if (_current is { } connection)
            {
                return new Attempt(connection, null);
            }

            if (_waitingFault is { } fault)
            {
                return new Attempt(null, fault);
            }

            next = _next.Task;
        }

        try
        {
            return await next.WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return new Attempt(null, ProxyFault.Cancelled);
        }
    }

    /// <summary>There is a connection.</summary>
    public void Open(Connection connection)
    {
        lock (_gate)
        {
            _current = connection;
            Status = Status with { State = LinkState.Running, Detail = null };
            _next.TrySetResult(new Attempt(connection, null));
        }
    }

    /// <summary>The connection has ended: the next one is waited for.</summary>
    public void Close()
    {
        lock (_gate)
        {
            _current = null;
            _next = _next.Task.IsCompleted ? NewAttempt() : _next;
        }
    }

    /// <summary>Tells those who wait already that they waited in vain.</summary>
    public void Fail(ProxyFault fault)
    {
        lock (_gate)
        {
            _current = null;
            _next.TrySetResult(new Attempt(null, fault));
            _next = NewAttempt();
        }
    }

    /// <summary>There is no connection for some time.</summary>
    /// <param name="fault">What those are told who wait already or come meanwhile; null when they are to wait.</param>
    /// <param name="status">How the link is doing.</param>
    public void Pause(ProxyFault? fault, LinkStatus status)
    {
        lock (_gate)
        {
            _waitingFault = fault;
            Status = status;
            if (fault is not null)
            {
                Fail(fault);
            }
        }
    }

    /// <summary>The next attempt begins: whoever comes waits for it.</summary>
    public void Restart()
    {
        lock (_gate)
        {
            _waitingFault = null;
            Status = new LinkStatus(LinkState.Starting, Status.Restarts + 1, null);
        }
    }

    /// <summary>There will be no connection any more.</summary>
    public void Stop(ProxyFault fault, string detail)
    {
        lock (_gate)
        {
            _waitingFault = fault;
            Status = Status with { State = LinkState.Stopped, Detail = detail };
            _next.TrySetResult(new Attempt(null, fault));
        }
    }

    private static TaskCompletionSource<Attempt> NewAttempt() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
