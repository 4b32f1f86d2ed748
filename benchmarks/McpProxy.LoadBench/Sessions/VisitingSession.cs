using McpProxy.LoadBench.Http;

namespace McpProxy.LoadBench.Sessions;

/// <summary>A client whose every call has a session of its own, on the same connection.</summary>
internal sealed class VisitingSession(int port, string target) : ILoadSession
{
    private readonly HttpConnection _connection = new(port, isBlocking: false);

    /// <inheritdoc/>
    public ValueTask ReviveAsync(CancellationToken cancellationToken) => _connection.OpenAsync(cancellationToken);

    /// <summary>Opens a session, calls, and ends it.</summary>
    public async ValueTask<bool> CallAsync(CancellationToken cancellationToken)
    {
        var session = await StreamableHttpSession.OpenAsync(_connection, target, cancellationToken);
        var isRight = await session.CallAsync(cancellationToken);
        await session.EndAsync(cancellationToken);
        return isRight;
    }

    /// <summary>There is no session between calls.</summary>
    public ValueTask EndAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;

    public ValueTask DisposeAsync()
    {
        _connection.Dispose();
        return ValueTask.CompletedTask;
    }
}
