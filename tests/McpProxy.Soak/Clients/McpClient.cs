using McpProxy.Soak.Plan;
using McpProxy.Soak.Results;

namespace McpProxy.Soak.Clients;

/// <summary>A client of one session.</summary>
internal abstract class McpClient : IAsyncDisposable
{
    private int _lastId;
    private int _left;

    protected McpClient(Action<string> report) => Inbox = new Inbox(SendAsync, report);

    protected Inbox Inbox { get; }

    /// <summary>Connects, as far as that comes before the first message.</summary>
    public virtual Task ConnectAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>A call with an id of its own.</summary>
    public PendingCall Begin() => Inbox.Begin(Interlocked.Increment(ref _lastId));

    /// <summary>Sends a request and waits for its answer in some manner.</summary>
    public abstract Task<Reply> RequestAsync(PendingCall call, string message, Manner manner, CancellationToken cancellationToken);

    /// <summary>Sends a notification or an answer.</summary>
    public abstract Task SendAsync(string message);

    /// <summary>The session is open: streams that it may have can be opened.</summary>
    public virtual void OnInitialized(bool listens)
    {
    }

    /// <summary>Goes, in good order or not.</summary>
    /// <returns>What went wrong with it, or null.</returns>
    public abstract Task<string?> EndAsync(Ending ending);

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _left, 1) == 0)
        {
            await LeaveAsync();
        }
    }

    /// <summary>Drops every connection.</summary>
    protected abstract ValueTask LeaveAsync();
}
